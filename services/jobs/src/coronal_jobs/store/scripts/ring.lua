#!lua flags=allow-oom
-- ring(most) → how many doorbells were rung
--
-- Before:  nothing; several janitors may call it at once.
-- Promise: of the queued jobs whose doorbell is due, those are rung again whose last one is lost: their queue is
--          empty, or nobody draws from it any more, a doorbell that was rung later has been answered, or they were
--          never rung. All others are looked at again later, so that 100,000 waiting jobs are not sent again and
--          again. One too many does no harm: it finds nothing to claim.
local now = now_ms()
local rung = 0
local drawn_from = {}

-- Whether there may be somebody who draws from a queue of a pool: from that of all its workers there may always be.
local function is_drawn_from(pool, queue)
  if not drawn_from[pool] then
    drawn_from[pool] = { [pool] = true }
    for _, offer in ipairs(living_offers(pool)) do
      drawn_from[pool][queue_name(pool, offer)] = true
    end
  end
  return drawn_from[pool][queue]
end

for _, id in ipairs(redis.call('ZRANGEBYSCORE', 'coronal:outbox', '-inf', now, 'LIMIT', 0, ARGV[1])) do
  local queue = queue_of(id)
  local rung_ms = tonumber(get(id, 'rung_ms') or 0)
  local answered_ms = tonumber(redis.call('HGET', 'coronal:claimed', queue) or 0)
  if rung_ms == 0 or rung_ms < answered_ms or redis.call('LLEN', 'coronal:pool.' .. queue) == 0
    or not is_drawn_from(get(id, 'pool'), queue) then
    ring(id)
    rung = rung + 1
  else
    redis.call('ZADD', 'coronal:outbox', now + math.min(math.max(now - rung_ms, FIRST_RING_MS), LAST_RING_MS), id)
  end
end
return rung
