#!lua flags=allow-oom
-- decline(id, pool, offer, patience, failure) → "sent", "parked", "failed" or "stale"
--
-- Before:  the job is queued for this pool, and a worker with this offer has taken its doorbell, and lacks what the
--          job was planned for.
-- Promise: it is as if nobody had claimed it: no run and no loss is counted. Its doorbell is rung in the queue of a
--          living worker's offer that has it all, which those without it don't draw from. Where there is none the job is
--          parked: its doorbell is due again later each time, or as soon as a new worker of the pool is there. Once it
--          has been parked for so many ms it has failed.
local id, pool, offer, patience, failure = unpack(ARGV)
if get(id, 'state') ~= 'queued' or get(id, 'pool') ~= pool then
  return 'stale'
end
note_answered(id)
local tried = queue_of(id)
for _, other in ipairs(living_offers(pool)) do
  local capabilities = redis.call('HGET', 'coronal:capabilities', other)
  -- Not where it comes from: a process may have less than its worker has told.
  if other ~= offer and queue_name(pool, other) ~= tried and capabilities and not lacking(id, capabilities) then
    redis.call('ZREM', 'coronal:parked', id)
    ring(id, other)
    return 'sent'
  end
end
redis.call('ZADD', 'coronal:parked', 'NX', now_ms(), id)
local left = redis.call('ZSCORE', 'coronal:parked', id) + patience - now_ms()
if left <= 0 then
  redis.call('HSET', record_of(id), 'failure', failure)
  move(id, 'failed')
  return 'failed'
end
local rings = tonumber(get(id, 'rings') or 1)
redis.call('HDEL', record_of(id), 'rung_ms')
redis.call('ZADD', 'coronal:outbox', now_ms() + math.min(ring_again_ms(rings), left), id)
return 'parked'
