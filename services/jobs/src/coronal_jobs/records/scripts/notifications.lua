-- Job notifications: messages of Celery that hold the ids of jobs, sent when these are queued, and redelivered while
-- nobody consumes them. One holds several ids where a batch is admitted: a worker claims as many at once as are a chunk,
-- and the rest go back to the head of the queue. Whatever is queued again is notified alone. Like common.lua it is
-- prepended to every script.

local MAX_CHUNK = 64
local CHUNK_MS = 500

-- Return the name of a queue, which follows "coronal:pool.": of all workers of a pool, or of those with one offer.
local function queue_name(pool, offer)
  return offer and pool .. '.' .. offer or pool
end

-- Return the queue that a job's last notification was sent to.
local function queue_of(id)
  return get(id, 'queue') or get(id, 'pool')
end

-- Return the time until a notification is due again: exponential backoff by the number of deliveries.
local function redelivery_delay_ms(deliveries)
  return math.min(MIN_REDELIVERY_MS * 2 ^ (deliveries - 1), MAX_REDELIVERY_MS)
end

-- Return a message of Celery (task protocol 2, in the envelope of kombu's Redis transport) that holds ids alone, with
-- spaces between; none says that ends of jobs are due.
local function message(queue, ids, tag)
  return '{"body":"[[\\"' .. ids .. '\\"],{},{}]","content-type":"application/json","content-encoding":"utf-8",'
    .. '"headers":{"lang":"py","task":"coronal.stage_group","id":"' .. tag .. '","ignore_result":true},'
    .. '"properties":{"delivery_info":{"exchange":"","routing_key":"pool.' .. queue .. '"},"priority":0,'
    .. '"delivery_tag":"' .. tag .. '"}}'
end

-- Return a message for jobs of one queue, tagged by the first.
local function message_for(ids)
  local first = ids[1]
  return message(queue_of(first), table.concat(ids, ' '),
    first .. '.' .. get(first, 'epoch') .. '.' .. (get(first, 'deliveries') or 0))
end

-- Note that a notification of a job is sent now.
local function note_sent(id, offer)
  local deliveries = redis.call('HINCRBY', record_of(id), 'deliveries', 1)
  local queue = queue_name(get(id, 'pool'), offer)
  redis.call('HSET', record_of(id), 'notified_ms', now_ms())
  if offer then
    redis.call('HSET', record_of(id), 'queue', queue)
  else
    redis.call('HDEL', record_of(id), 'queue')
  end
  redis.call('ZADD', 'coronal:outbox', now_ms() + redelivery_delay_ms(deliveries), id)
end

-- Send a notification. It is for all workers of the pool, or for those with one offer.
local function notify(id, offer)
  note_sent(id, offer)
  redis.call('LPUSH', 'coronal:pool.' .. queue_of(id), message_for({ id }))
end

-- Send notifications of new jobs of one pool, MAX_CHUNK in each.
local function notify_all(ids)
  for first = 1, #ids, MAX_CHUNK do
    local some = { unpack(ids, first, math.min(first + MAX_CHUNK - 1, #ids)) }
    for _, id in ipairs(some) do
      note_sent(id)
    end
    redis.call('LPUSH', 'coronal:pool.' .. queue_of(some[1]), message_for(some))
  end
end

-- Put jobs of a notification that were not claimed back: they are the next that are consumed.
local function put_back(ids)
  if #ids > 0 then
    redis.call('RPUSH', 'coronal:pool.' .. queue_of(ids[1]), message_for(ids))
  end
end

-- Note that a job's notification was consumed: notifications sent to the same queue before it are lost.
local function note_consumed(id)
  local queue = queue_of(id)
  local notified_ms = tonumber(get(id, 'notified_ms') or 0)
  local last_ms = tonumber(redis.call('HGET', 'coronal:consumed', queue) or 0)
  redis.call('HSET', 'coronal:consumed', queue, math.max(notified_ms, last_ms))
end

-- Requeue a running or finished job: at once, or after delay_ms.
local function requeue(id, delay_ms)
  local stage = get(id, 'stage')
  redis.call('HDEL', record_of(id), 'stage', 'deliveries', 'notified_ms')
  redis.call('HSET', record_of(id), 'progress', 0)
  move(id, 'queued', stage)
  if delay_ms > 0 then
    redis.call('ZADD', 'coronal:outbox', now_ms() + delay_ms, id)
  else
    notify(id)
  end
end

-- Write the record of a new job, with further fields as a flat list, and queue it; the caller notifies.
local function write_job(id, digests, owner, stage_groups, ...)
  redis.call('HSET', record_of(id), 'state', 'nothing', 'created_ms', now_ms(), 'stage_groups', stage_groups,
    'pool', cjson.decode(stage_groups)[1].pool, 'stage_group', 0, 'progress', 0, ...)
  redis.call('ZADD', 'coronal:jobs', get(id, 'created_ms'), id)
  for _, digest in ipairs(digests) do
    reference_blob(digest, owner)
  end
  move(id, 'queued')
end
