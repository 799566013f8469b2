#!lua flags=allow-oom
-- announce(pool, worker, digest, offer, capabilities) → "announced" or "unknown"
--
-- Before:  nothing.
-- Promise: the worker counts as alive, with its offer. "unknown": the offer is neither given nor known by this digest,
--          and nothing is changed. When a worker is new, its pool's parked jobs are retried at once, and offers that no
--          worker has any more are forgotten; each pool's latest offer stays known.

-- Forget workers that died long ago, and offers that no worker has any more, with their queues.
local function forget()
  for _, member in ipairs(redis.call('ZRANGEBYSCORE', 'coronal:workers', '-inf', seconds() - 2 * ALIVE_S)) do
    redis.call('ZREM', 'coronal:workers', member)
    redis.call('HDEL', 'coronal:worker-offers', member)
  end
  local used = {}
  for _, key in ipairs({ 'coronal:worker-offers', 'coronal:pools' }) do
    for _, digest in ipairs(redis.call('HVALS', key)) do
      used[digest] = true
    end
  end
  for _, digest in ipairs(redis.call('HKEYS', 'coronal:offers')) do
    if not used[digest] then
      redis.call('HDEL', 'coronal:offers', digest)
      redis.call('HDEL', 'coronal:capabilities', digest)
      for _, pool in ipairs(redis.call('HKEYS', 'coronal:pools')) do
        redis.call('DEL', 'coronal:pool.' .. pool .. '.' .. digest)
        redis.call('HDEL', 'coronal:consumed', pool .. '.' .. digest)
      end
    end
  end
end

-- Make the notifications of a pool's parked jobs due. If none of its workers was alive, their parking time restarts.
local function retry_parked(pool, was_dead)
  for _, id in ipairs(redis.call('ZRANGE', 'coronal:parked', 0, -1)) do
    if get(id, 'pool') == pool then
      redis.call('HDEL', record_of(id), 'deliveries')
      redis.call('ZADD', 'coronal:outbox', now_ms(), id)
      if was_dead then
        redis.call('ZADD', 'coronal:parked', now_ms(), id)
      end
    end
  end
end

local pool, worker, digest, offer, capabilities = unpack(ARGV)
if offer ~= '' then
  redis.call('HSET', 'coronal:offers', digest, offer)
  redis.call('HSET', 'coronal:capabilities', digest, capabilities)
elseif redis.call('HEXISTS', 'coronal:offers', digest) == 0 then
  return 'unknown'
end
local member = pool .. ' ' .. worker
local last_s = tonumber(redis.call('ZSCORE', 'coronal:workers', member) or 0)
local is_new = last_s < seconds() - ALIVE_S or redis.call('HGET', 'coronal:worker-offers', member) ~= digest
local was_dead = #live_offers(pool) == 0
redis.call('ZADD', 'coronal:workers', seconds(), member)
redis.call('HSET', 'coronal:worker-offers', member, digest)
redis.call('HSET', 'coronal:pools', pool, digest)
if is_new then
  forget()
  retry_parked(pool, was_dead)
end
return 'announced'
