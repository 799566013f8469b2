#!lua flags=allow-oom
-- claim(id, pool, lease) → the record as a flat list, or nothing
--
-- Before:  the job is queued for this pool.
-- Promise: one claim at a time. The epoch grows, so that what an older claim writes is refused. The claim holds
--          until its lease ends, unless it is extended. A second doorbell, a forged one, or one in another
--          pool's queue finds nothing.
local id, pool, lease = unpack(ARGV)
if get(id, 'state') ~= 'queued' or get(id, 'pool') ~= pool then
  return nil
end
local answered_ms = math.max(tonumber(get(id, 'rung_ms') or 0), tonumber(redis.call('HGET', 'coronal:claimed', pool) or 0))
redis.call('HSET', 'coronal:claimed', pool, answered_ms)
redis.call('HINCRBY', record_of(id), 'epoch', 1)
redis.call('HSETNX', record_of(id), 'started_ms', now_ms())
redis.call('HSET', record_of(id), 'claimed_ms', now_ms())
redis.call('HDEL', record_of(id), 'rings', 'rung_ms')
move(id, 'running')
redis.call('ZADD', 'coronal:leases', now_ms() + lease, id)
return redis.call('HGETALL', record_of(id))
