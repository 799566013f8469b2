#!lua flags=allow-oom
-- fail(id, epoch, failure, retries, delay) → "failed", "queued" or "stale"
--
-- Before:  this claim is the job's last.
-- Promise: a failure is final, and told by the claim that saw it alone; what the hops before have made is kept, so
--          that a retry starts at this one. A failure that can pass (retries > 0) puts the job back instead, so
--          often, after a delay that doubles each time. The same claim's failure again changes nothing: the answer is
--          "failed" again, or "stale" where the job was put back.
local id, epoch, failure, retries, delay = unpack(ARGV)
if get(id, 'state') == 'failed' and get(id, 'epoch') == epoch then
  return 'failed'
end
if not is_claimed(id, epoch) then
  return 'stale'
end
local retried = tonumber(get(id, 'retries') or 0)
if retried < tonumber(retries) then
  redis.call('HSET', record_of(id), 'retries', retried + 1)
  queue_again(id, delay * 2 ^ retried)
  return 'queued'
end
redis.call('HSET', record_of(id), 'failure', failure)
move(id, 'failed')
return 'failed'
