#!lua flags=allow-oom
-- claim(id, pool, lease_ms, capabilities) → the record as a flat list; "lacking" and what is lacking; or nothing
--
-- Before:  the job is queued in this pool; capabilities are JSON, each with its version ('' accepts any job).
-- Promise: there is one claim at a time. The epoch grows, so that writes of an older claim are refused. The claim ends
--          with its lease, unless that is renewed. A duplicate or forged notification, or one in another pool's queue,
--          finds nothing to claim. A worker that lacks something claims nothing, and nothing is changed.
local id, pool, lease_ms, capabilities = unpack(ARGV)
if get(id, 'state') ~= 'queued' or get(id, 'pool') ~= pool then
  return nil
end
local lack = capabilities ~= '' and lacking(id, capabilities)
if lack then
  return { 'lacking', lack }
end
note_consumed(id)
redis.call('HINCRBY', record_of(id), 'epoch', 1)
redis.call('HSETNX', record_of(id), 'started_ms', now_ms())
redis.call('HSET', record_of(id), 'claimed_ms', now_ms(), 'logged', get(id, 'epoch') .. ' 0')
redis.call('HDEL', record_of(id), 'deliveries', 'notified_ms')
move(id, 'running')
redis.call('ZADD', 'coronal:leases', now_ms() + lease_ms, id)
return redis.call('HGETALL', record_of(id))
