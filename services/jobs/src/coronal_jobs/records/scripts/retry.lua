-- retry(id) → "queued", "unknown", or the state of the job
--
-- Before:  the job has failed or was cancelled.
-- Promise: it starts again at the first uncommitted stage group; the results of earlier ones are used. From now on it
--          accepts any version of its algorithms.
local id = ARGV[1]
local state = get(id, 'state')
if not state then
  return 'unknown'
end
if not ALLOWED[state .. ' queued'] then
  return state
end
redis.call('HDEL', record_of(id), 'failure', 'finished_ms', 'crashed_attempts', 'retries', 'restarts')
redis.call('HSET', record_of(id), 'any_version', 1)
requeue(id, 0)
return 'queued'
