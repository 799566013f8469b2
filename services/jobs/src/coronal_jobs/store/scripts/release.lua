-- release(id, epoch) → "released" or "stale"
--
-- Before:  this claim is the job's last, and its worker is asked to stop before the hop is done.
-- Promise: the job waits again as if nobody had claimed it, and a doorbell is rung.
local id, epoch = unpack(ARGV)
if not is_claimed(id, epoch) then
  return 'stale'
end
redis.call('HDEL', record_of(id), 'stage')
redis.call('HSET', record_of(id), 'progress', 0)
move(id, 'running', 'queued')
ring(id)
return 'released'
