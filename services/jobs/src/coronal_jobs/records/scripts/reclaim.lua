#!lua flags=allow-oom
-- reclaim(id, epoch, max_attempts, failure) → "queued", "failed" or "stale"
--
-- Before:  the process of this claim has died; or, where epoch is "", the job's lease has expired.
-- Promise: the epoch grows, which fences off a process that is still alive. The job is queued again; after max_attempts
--          crashed attempts it fails, so that a job that kills its worker does not run for ever. A pack that the dead
--          process has written is removed, unless it was committed.
local id, epoch, max_attempts, failure = unpack(ARGV)
local lease_ms = tonumber(redis.call('ZSCORE', 'coronal:leases', id) or 0)
if epoch ~= '' then
  note_pack(id, epoch)
end
local is_over = epoch == '' and get(id, 'state') == 'running' and lease_ms <= now_ms()
if not is_over and not is_claimed(id, epoch) then
  return 'stale'
end
redis.call('HINCRBY', record_of(id), 'epoch', 1)
if redis.call('HINCRBY', record_of(id), 'crashed_attempts', 1) < tonumber(max_attempts) then
  requeue(id, 0)
  return 'queued'
end
redis.call('HSET', record_of(id), 'failure', failure)
move(id, 'failed')
return 'failed'
