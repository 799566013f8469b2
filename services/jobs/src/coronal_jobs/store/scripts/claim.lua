-- claim(id, pool) → the record as a flat list, or nothing
--
-- Before:  the job is queued for this pool.
-- Promise: one claim at a time. The epoch grows, so that what an older claim writes is refused. A second
--          doorbell, a forged one, or one in another pool's queue finds nothing.
local id, pool = unpack(ARGV)
if get(id, 'state') ~= 'queued' or get(id, 'pool') ~= pool then
  return nil
end
redis.call('ZREM', 'coronal:outbox', id)
redis.call('HINCRBY', record_of(id), 'epoch', 1)
redis.call('HSETNX', record_of(id), 'started_ms', now_ms())
redis.call('HDEL', record_of(id), 'rings')
move(id, 'queued', 'running')
return redis.call('HGETALL', record_of(id))
