#!lua flags=allow-oom
-- redeliver(limit) → how many notifications were sent again
--
-- Before:  nothing; several janitors may call it at once.
-- Promise: of the queued jobs whose notification is due, those are notified again whose last notification is lost: their
--          queue is empty or has no reader any more, a notification that was sent later has been consumed, or none was
--          ever sent. All others are checked again later, so that 100,000 waiting jobs are not resent over and over. A
--          superfluous notification is harmless: it finds nothing to claim.
local now = now_ms()
local redelivered = 0
local drawn_from = {}

-- Whether a queue of a pool may have a reader; the queue of all its workers always may.
local function is_drawn_from(pool, queue)
  if not drawn_from[pool] then
    drawn_from[pool] = { [pool] = true }
    for _, offer in ipairs(live_offers(pool)) do
      drawn_from[pool][queue_name(pool, offer)] = true
    end
  end
  return drawn_from[pool][queue]
end

for _, id in ipairs(redis.call('ZRANGEBYSCORE', 'coronal:outbox', '-inf', now, 'LIMIT', 0, ARGV[1])) do
  local queue = queue_of(id)
  local notified_ms = tonumber(get(id, 'notified_ms') or 0)
  local answered_ms = tonumber(redis.call('HGET', 'coronal:consumed', queue) or 0)
  if notified_ms == 0 or notified_ms < answered_ms or redis.call('LLEN', 'coronal:pool.' .. queue) == 0
    or not is_drawn_from(get(id, 'pool'), queue) then
    notify(id)
    redelivered = redelivered + 1
  else
    redis.call('ZADD', 'coronal:outbox', now + math.min(math.max(now - notified_ms, MIN_REDELIVERY_MS), MAX_REDELIVERY_MS), id)
  end
end
return redelivered
