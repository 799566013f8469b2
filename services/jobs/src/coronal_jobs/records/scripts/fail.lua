#!lua flags=allow-oom
-- fail(id, epoch, failure, retries, delay_ms, report) → "failed", "queued" or "stale"
--
-- Before:  this claim is the job's last.
-- Promise: a failure is final, and reported only by the claim that saw it; earlier stage groups' results are kept, so
--          that a retry starts at this one. A transient failure (retries > 0) requeues the job instead, that often, with
--          exponential backoff. The same failure of the same claim again changes nothing: the answer is "failed", or
--          "stale" where the job was requeued. Another failure of the claim is "stale". What the claim reports is
--          written in the same step.
local id, epoch, failure, retries, delay_ms, report = unpack(ARGV)
write_report(id, epoch, report)
if get(id, 'state') == 'failed' and get(id, 'epoch') == epoch and get(id, 'failure') == failure then
  -- The caller repeats it because the answer was lost, so it has not logged the change yet.
  note_change(logged_of(id), 'failed', false)
  return 'failed'
end
if not is_claimed(id, epoch) then
  return 'stale'
end
local retried = tonumber(get(id, 'retries') or 0)
if retried < tonumber(retries) then
  redis.call('HSET', record_of(id), 'retries', retried + 1)
  requeue(id, delay_ms * 2 ^ retried)
  return 'queued'
end
redis.call('HSET', record_of(id), 'failure', failure)
move(id, 'failed')
return 'failed'
