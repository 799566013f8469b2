#!lua flags=allow-oom
-- cancel(id) → "cancelled", "unknown", or the final state that the job is in
--
-- Before:  the job is queued or running.
-- Promise: it is cancelled from this moment, whether a worker lives or not: the epoch grows, so that a worker that
--          still runs it learns so at its next beat and can commit nothing.
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
