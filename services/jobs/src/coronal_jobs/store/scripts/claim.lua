#!lua flags=allow-oom
-- claim(id, pool, lease, capabilities) → the record as a flat list; "lacking" and what is lacking; or nothing
--
-- Before:  the job is queued for this pool; the worker has all that it was planned for (capabilities as JSON, each
--          with its version; '' where it takes whatever comes).
-- Promise: one claim at a time. The epoch grows, so that what an older claim writes is refused. The claim holds
--          until its lease ends, unless it is extended. A second doorbell, a forged one, or one in another
--          pool's queue finds nothing. A worker that lacks something claims nothing, and nothing is changed.
local id, pool, lease, capabilities = unpack(ARGV)
if get(id, 'state') ~= 'queued' or get(id, 'pool') ~= pool then
  return nil
end
local lack = capabilities ~= '' and lacking(id, capabilities)
if lack then
  return { 'lacking', lack }
end
note_answered(id)
redis.call('HINCRBY', record_of(id), 'epoch', 1)
redis.call('HSETNX', record_of(id), 'started_ms', now_ms())
redis.call('HSET', record_of(id), 'claimed_ms', now_ms())
redis.call('HDEL', record_of(id), 'rings', 'rung_ms')
move(id, 'running')
redis.call('ZADD', 'coronal:leases', now_ms() + lease, id)
return redis.call('HGETALL', record_of(id))
