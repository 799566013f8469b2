#!lua flags=allow-oom
-- decline(id, pool, offer, max_parked_ms, failure) → "sent", "parked", "failed" or "stale"
--
-- Before:  the job is queued in this pool; a worker with this offer has consumed its notification, and lacks something
--          that the job was planned for.
-- Promise: no attempt is counted. The notification goes to the queue of a live worker's offer that has everything;
--          workers with other offers don't read that queue. Where there is none the job is parked: its notification is
--          due again later each time, or as soon as a new worker joins the pool. After max_parked_ms it fails.
local id, pool, offer, max_parked_ms, failure = unpack(ARGV)
if get(id, 'state') ~= 'queued' or get(id, 'pool') ~= pool then
  return 'stale'
end
note_consumed(id)
local tried = queue_of(id)
for _, other in ipairs(live_offers(pool)) do
  local capabilities = redis.call('HGET', 'coronal:capabilities', other)
  -- Not back to where it comes from: a process may have less than its worker announced.
  if other ~= offer and queue_name(pool, other) ~= tried and capabilities and not lacking(id, capabilities) then
    redis.call('ZREM', 'coronal:parked', id)
    notify(id, other)
    return 'sent'
  end
end
redis.call('ZADD', 'coronal:parked', 'NX', now_ms(), id)
local left = redis.call('ZSCORE', 'coronal:parked', id) + max_parked_ms - now_ms()
if left <= 0 then
  redis.call('HSET', record_of(id), 'failure', failure)
  move(id, 'failed')
  return 'failed'
end
local deliveries = tonumber(get(id, 'deliveries') or 1)
redis.call('HDEL', record_of(id), 'notified_ms')
redis.call('ZADD', 'coronal:outbox', now_ms() + math.min(redelivery_delay_ms(deliveries), left), id)
return 'parked'
