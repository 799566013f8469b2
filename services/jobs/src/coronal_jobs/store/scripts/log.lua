-- log(id, most, line, ...) → "logged" or "unknown"
--
-- Before:  nothing; the job may be in any state.
-- Promise: a log stands beside a record and never alone; the oldest lines go where it grows too long.
local id, most = ARGV[1], tonumber(ARGV[2])
if redis.call('EXISTS', record_of(id)) == 0 then
  return 'unknown'
end
redis.call('RPUSH', 'coronal:log:' .. id, unpack(ARGV, 3))
redis.call('LTRIM', 'coronal:log:' .. id, -most, -1)
tell(id)
return 'logged'
