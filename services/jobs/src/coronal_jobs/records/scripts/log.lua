-- log(id, limit, line, ...) → "logged" or "unknown"
--
-- Before:  nothing; the job may be in any state.
-- Promise: a log exists only beside a record; the oldest lines are dropped once there are more than the limit.
local id, limit = ARGV[1], tonumber(ARGV[2])
if redis.call('EXISTS', record_of(id)) == 0 then
  return 'unknown'
end
append_log(id, limit, { unpack(ARGV, 3) })
return 'logged'
