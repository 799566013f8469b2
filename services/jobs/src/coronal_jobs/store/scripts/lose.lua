#!lua flags=allow-oom
-- lose(id, epoch, runs, failure) → "queued", "failed" or "stale"
--
-- Before:  the process of this claim has died, or its lease has ended (epoch "").
-- Promise: the epoch grows, which fences a process that still lives. The job waits again; after so many runs that
--          ended like this it fails, so that a job that kills its worker is stopped.
local id, epoch, runs, failure = unpack(ARGV)
local lease_ms = tonumber(redis.call('ZSCORE', 'coronal:leases', id) or 0)
local is_over = epoch == '' and get(id, 'state') == 'running' and lease_ms <= now_ms()
if not is_over and not is_claimed(id, epoch) then
  return 'stale'
end
redis.call('HINCRBY', record_of(id), 'epoch', 1)
if redis.call('HINCRBY', record_of(id), 'losses', 1) < tonumber(runs) then
  queue_again(id, 0)
  return 'queued'
end
redis.call('HSET', record_of(id), 'failure', failure)
move(id, 'failed')
return 'failed'
