#!lua flags=allow-oom
-- cancel(id) → "cancelled", "unknown", or the final state of the job
--
-- Before:  the job is queued or running.
-- Promise: it is cancelled at once, whether a worker is alive or not. The epoch grows: a worker that still runs the
--          job notices at its next lease renewal, and can commit nothing.
local id = ARGV[1]
local state = get(id, 'state')
if not state then
  return 'unknown'
end
if is_final(state) then
  return state
end
redis.call('HINCRBY', record_of(id), 'epoch', 1)
move(id, 'cancelled')
return 'cancelled'
