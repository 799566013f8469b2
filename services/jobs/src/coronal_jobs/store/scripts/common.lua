-- What every script starts with. All keys are in one Redis database; all times are Redis's own, in ms.
--
-- A job's record is the hash coronal:job:ID. Beside it stand
--   coronal:jobs             all ids, by time of creation
--   coronal:jobs:STATE       those in a state, by time of creation
--   coronal:finished         those in a final state, by the time of their end
--   coronal:outbox           the queued ones, by the time when their doorbell is due again
--   coronal:leases           the running ones, by the time when their lease ends
--   coronal:parked           the queued ones that no living worker of their pool can run, by the time since when
--   coronal:claimed          for each queue, when the doorbell that was answered last had been rung
--   coronal:log:ID           what the stages logged, a line an entry
--   coronal:batches          all batches, by time of creation
--   coronal:batch:ID         a batch's record; its revision grows with each change of a state in it
--   coronal:batch-jobs:ID    its jobs, by their number in it; with :STATE behind, those in a state
--   coronal:batch-refused:ID what was sent with it and not taken, as JSON
--   coronal:datasets         the names of data sets, by the time of their last version; coronal:models those of
--                            models
--   coronal:datasets:NAME    a data set: each version as JSON, and the last number that was given ("last");
--                            coronal:models:NAME a model
--   coronal:aliases:NAME     the aliases of a model: of each the versions that it has stood for, the last first
--   coronal:blob-refs        how often a blob is named by records and holds
--   coronal:unnamed          the blobs that were let go of and whose bytes are yet to go
--   coronal:holds            who holds a blob that no record names yet ("SHA256 HOLDER"), by when that ends
--   coronal:key:DIGEST       the job or batch that came with an Idempotency-Key, and digests of its content; for a day
--   coronal:events           a stream: each change of a record, with what it then told, in the order of changes
--   coronal:rewrite          how many deletions there were, and how many of them a rewrite of Redis's file covers
--   coronal:workers          who has told lately that it lives ("POOL WORKER"), by when, in s
--   coronal:worker-offers    what each of them offers, by a digest; coronal:pools what the last that was heard of in
--                            each pool does; coronal:offers, coronal:capabilities what the digests stand for
--   coronal:pool.NAME        the pool's queue, from which Celery pops doorbells
--   coronal:pool.NAME.DIGEST that of its workers with one offer, for what others lack

local FIRST_RING_MS = 5000
local LAST_RING_MS = 600000
local KEPT_EVENTS = 50000
local MINUTE_MS = 60000
local ALIVE_S = 30

local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function seconds()
  return tonumber(redis.call('TIME')[1])
end

local function record_of(id)
  return 'coronal:job:' .. id
end

local function batch_record_of(batch)
  return 'coronal:batch:' .. batch
end

local function get(id, field)
  return redis.call('HGET', record_of(id), field)
end

-- Tell of a change. STEP is this script's name. BATCH is given where the record that told of it is gone.
local function tell(id, batch)
  local told = redis.call('HMGET', record_of(id), 'state', 'stage', 'progress', 'hop', 'epoch', 'revision',
    'batch')
  redis.call('XADD', 'coronal:events', 'MAXLEN', '~', KEPT_EVENTS, '*', 'job', id, 'step', STEP,
    'state', told[1] or '', 'stage', told[2] or '', 'progress', told[3] or 0, 'hop', told[4] or 0,
    'epoch', told[5] or 0, 'revision', told[6] or 0, 'batch', told[7] or batch or '')
end

-- Write fields of a record, as a flat list, and tell of it.
local function set(id, ...)
  redis.call('HSET', record_of(id), ...)
  redis.call('HINCRBY', record_of(id), 'revision', 1)
  tell(id)
end

local function is_final(state)
  return state ~= 'queued' and state ~= 'running'
end

-- Keep what a job's batch tells by state; TO is empty where the job goes.
local function move_in_batch(id, batch, item, from, to)
  redis.call('ZREM', 'coronal:batch-jobs:' .. batch .. ':' .. from, id)
  if to ~= '' then
    redis.call('ZADD', 'coronal:batch-jobs:' .. batch .. ':' .. to, item, id)
  end
  redis.call('HINCRBY', batch_record_of(batch), 'revision', 1)
end

-- The one way to change a state. ALLOWED is this script's part of transitions.json.
local function move(id, to)
  local from, created_ms, batch, item =
    unpack(redis.call('HMGET', record_of(id), 'state', 'created_ms', 'batch', 'item'))
  if not ALLOWED[from .. ' ' .. to] then
    error('a job must not go from ' .. from .. ' to ' .. to .. ' here')
  end
  redis.call('ZREM', 'coronal:jobs:' .. from, id)
  redis.call('ZADD', 'coronal:jobs:' .. to, created_ms, id)
  if batch then
    move_in_batch(id, batch, item, from, to)
  end
  redis.call('ZREM', 'coronal:leases', id)
  redis.call('ZREM', 'coronal:outbox', id)
  redis.call('ZREM', 'coronal:parked', id)
  redis.call('ZREM', 'coronal:finished', id)
  if is_final(to) then
    redis.call('ZADD', 'coronal:finished', now_ms(), id)
    redis.call('HSET', record_of(id), 'finished_ms', now_ms())
  end
  set(id, 'state', to)
end

-- A queue, as it stands behind "coronal:pool.": that of all workers of a pool, or of those with one offer.
local function queue_name(pool, offer)
  return offer and pool .. '.' .. offer or pool
end

-- The queue in which a job's doorbell lies, or lay last.
local function queue_of(id)
  return get(id, 'queue') or get(id, 'pool')
end

-- How long a doorbell that was rung so many times has until it is due again: twice as long each time.
local function ring_again_ms(rings)
  return math.min(FIRST_RING_MS * 2 ^ (rings - 1), LAST_RING_MS)
end

-- Push a doorbell: a message of Celery (task protocol 2, in the envelope of kombu's Redis transport) that
-- holds the job's id alone. It is for all workers of the pool, or for those with one offer.
local function ring(id, offer)
  local rings = redis.call('HINCRBY', record_of(id), 'rings', 1)
  local queue = queue_name(get(id, 'pool'), offer)
  redis.call('HSET', record_of(id), 'rung_ms', now_ms())
  if offer then
    redis.call('HSET', record_of(id), 'queue', queue)
  else
    redis.call('HDEL', record_of(id), 'queue')
  end
  redis.call('ZADD', 'coronal:outbox', now_ms() + ring_again_ms(rings), id)
  local tag = id .. '.' .. get(id, 'epoch') .. '.' .. rings
  redis.call('LPUSH', 'coronal:pool.' .. queue,
    '{"body":"[[\\"' .. id .. '\\"],{},{}]","content-type":"application/json","content-encoding":"utf-8",'
    .. '"headers":{"lang":"py","task":"coronal.hop","id":"' .. tag .. '","ignore_result":true},'
    .. '"properties":{"delivery_info":{"exchange":"","routing_key":"pool.' .. queue .. '"},"priority":0,'
    .. '"delivery_tag":"' .. tag .. '"}}')
end

-- Note that somebody has taken a job's doorbell from its queue.
local function note_answered(id)
  local queue = queue_of(id)
  local rung_ms = tonumber(get(id, 'rung_ms') or 0)
  local last_ms = tonumber(redis.call('HGET', 'coronal:claimed', queue) or 0)
  redis.call('HSET', 'coronal:claimed', queue, math.max(rung_ms, last_ms))
end

-- Put a running or ended job back into its queue: at once, or once delay_ms have passed.
local function queue_again(id, delay_ms)
  redis.call('HDEL', record_of(id), 'stage', 'rings', 'rung_ms')
  redis.call('HSET', record_of(id), 'progress', 0)
  move(id, 'queued')
  if delay_ms > 0 then
    redis.call('ZADD', 'coronal:outbox', now_ms() + delay_ms, id)
  else
    ring(id)
  end
end

-- Name a blob. Who has held it until now hands its part over.
local function name_blob(digest, holder)
  if redis.call('ZREM', 'coronal:holds', digest .. ' ' .. holder) == 0 then
    redis.call('HINCRBY', 'coronal:blob-refs', digest, 1)
  end
end

-- Name a blob no more; true when nobody does, and its bytes may go. Whoever is told may die before they are gone:
-- so it is also noted.
local function let_go(digest)
  if redis.call('HINCRBY', 'coronal:blob-refs', digest, -1) > 0 then
    return false
  end
  redis.call('HDEL', 'coronal:blob-refs', digest)
  redis.call('SADD', 'coronal:unnamed', digest)
  return true
end

-- Count that something was deleted that a rewrite of the append-only file is to take out of it.
local function note_deletion()
  redis.call('HINCRBY', 'coronal:rewrite', 'deletions', 1)
end

local function versions_of(kind, name)
  return 'coronal:' .. kind .. ':' .. name
end

-- The blobs of a version; one that it has twice is named twice.
local function version_digests(version)
  local digests = { version.sha256 }
  for _, file in ipairs(version.files) do
    table.insert(digests, file.sha256)
  end
  return digests
end

-- Keep a version under its name and number. Who has held its blobs hands its part over.
local function publish(version, text, holder)
  local key = versions_of(version.kind, version.name)
  redis.call('HSET', key, version.version, text,
    'last', math.max(tonumber(redis.call('HGET', key, 'last') or 0), version.version))
  redis.call('ZADD', 'coronal:' .. version.kind, 'GT', version.created_ms, version.name)
  for _, digest in ipairs(version_digests(version)) do
    name_blob(digest, holder)
  end
end

-- Whether a claim is still the job's last: what an older one writes must not count.
local function is_claimed(id, epoch)
  return get(id, 'state') == 'running' and get(id, 'epoch') == epoch
end

-- What came with an idempotency key before: "replayed" and its id, where it was the same, or "conflict" and its
-- content; nothing while the key is free.
local function known_by(key, content)
  local known = key ~= '' and redis.call('GET', 'coronal:key:' .. key)
  local first, its_content = string.match(known or '', '^(%S+) (.*)$')
  if not first or redis.call('EXISTS', record_of(first), batch_record_of(first)) == 0 then
    return nil
  end
  return its_content == content and { 'replayed', first } or { 'conflict', its_content }
end

-- Let a key stand for what was admitted with it, for so many ms.
local function keep_key(key, id, content, keep)
  if key ~= '' then
    redis.call('SET', 'coronal:key:' .. key, id .. ' ' .. content, 'PX', keep)
  end
end

-- "full" and how many jobs ended in a minute, where there is no room for so many more; else nothing.
local function full_for(count, most)
  if redis.call('ZCARD', 'coronal:jobs:queued') + redis.call('ZCARD', 'coronal:jobs:running') + count
    <= tonumber(most) then
    return nil
  end
  return { 'full', redis.call('ZCOUNT', 'coronal:finished', now_ms() - MINUTE_MS, '+inf') }
end

-- Write the record of a new job, with more fields as a flat list; queue it and ring for it.
local function write_job(id, digests, holder, hops, ...)
  redis.call('HSET', record_of(id), 'state', 'nothing', 'created_ms', now_ms(), 'hops', hops,
    'pool', cjson.decode(hops)[1].pool, 'hop', 0, 'progress', 0, ...)
  redis.call('ZADD', 'coronal:jobs', get(id, 'created_ms'), id)
  for _, digest in ipairs(digests) do
    name_blob(digest, holder)
  end
  move(id, 'queued')
  ring(id)
end
