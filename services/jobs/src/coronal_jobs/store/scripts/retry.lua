-- retry(id) → "queued", "unknown", or the state that the job is in
--
-- Before:  the job has failed or was cancelled.
-- Promise: it starts again at the hop that was not committed; what the hops before have made is used. It takes the
--          versions of its algorithms that there are by now.
local id = ARGV[1]
local state = get(id, 'state')
if not state then
  return 'unknown'
end
if not ALLOWED[state .. ' queued'] then
  return state
end
redis.call('HDEL', record_of(id), 'failure', 'finished_ms', 'losses', 'retries', 'restarts')
redis.call('HSET', record_of(id), 'any_version', 1)
queue_again(id, 0)
return 'queued'
