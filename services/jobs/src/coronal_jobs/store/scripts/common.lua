-- What every script starts with. All keys are in one Redis database; all times are Redis's own, in ms.
--
-- A job's record is the hash coronal:job:ID. Beside it stand
--   coronal:jobs             all ids, by time of creation
--   coronal:jobs:STATE       those in a state, by time of creation
--   coronal:finished         those in a final state, by the time of their end
--   coronal:outbox           the queued ones, by the time when their doorbell is due again
--   coronal:leases           the running ones, by the time when their lease ends
--   coronal:claimed          for each pool, when the doorbell that was answered last had been rung
--   coronal:log:ID           what the stages logged, a line an entry
--   coronal:blob-refs        how often a blob is named by records and holds
--   coronal:unnamed          the blobs that were let go of and whose bytes are yet to go
--   coronal:holds            who holds a blob that no record names yet ("SHA256 HOLDER"), by when that ends
--   coronal:key:DIGEST       the job that came with an Idempotency-Key, and digests of its content; for a day
--   coronal:events           a stream: each change of a record, with what it then told, in the order of changes
--   coronal:pool.NAME        the pool's queue, from which Celery pops doorbells

local FIRST_RING_MS = 5000
local LAST_RING_MS = 600000
local KEPT_EVENTS = 50000

local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function record_of(id)
  return 'coronal:job:' .. id
end

local function get(id, field)
  return redis.call('HGET', record_of(id), field)
end

-- Tell of a change. STEP is this script's name.
local function tell(id)
  local told = redis.call('HMGET', record_of(id), 'state', 'stage', 'progress', 'hop', 'epoch', 'revision')
  redis.call('XADD', 'coronal:events', 'MAXLEN', '~', KEPT_EVENTS, '*', 'job', id, 'step', STEP,
    'state', told[1] or '', 'stage', told[2] or '', 'progress', told[3] or 0, 'hop', told[4] or 0,
    'epoch', told[5] or 0, 'revision', told[6] or 0)
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

-- The one way to change a state. ALLOWED is this script's part of transitions.json.
local function move(id, to)
  local from = get(id, 'state')
  if not ALLOWED[from .. ' ' .. to] then
    error('a job must not go from ' .. from .. ' to ' .. to .. ' here')
  end
  redis.call('ZREM', 'coronal:jobs:' .. from, id)
  redis.call('ZADD', 'coronal:jobs:' .. to, get(id, 'created_ms'), id)
  redis.call('ZREM', 'coronal:leases', id)
  redis.call('ZREM', 'coronal:outbox', id)
  redis.call('ZREM', 'coronal:finished', id)
  if is_final(to) then
    redis.call('ZADD', 'coronal:finished', now_ms(), id)
    redis.call('HSET', record_of(id), 'finished_ms', now_ms())
  end
  set(id, 'state', to)
end

-- Push a doorbell: a message of Celery (task protocol 2, in the envelope of kombu's Redis transport) that
-- holds the job's id alone. When it is due again doubles with each ring.
local function ring(id)
  local rings = redis.call('HINCRBY', record_of(id), 'rings', 1)
  local now = now_ms()
  redis.call('HSET', record_of(id), 'rung_ms', now)
  redis.call('ZADD', 'coronal:outbox', now + math.min(FIRST_RING_MS * 2 ^ (rings - 1), LAST_RING_MS), id)
  local queue = 'pool.' .. get(id, 'pool')
  local tag = id .. '.' .. get(id, 'epoch') .. '.' .. rings
  redis.call('LPUSH', 'coronal:' .. queue,
    '{"body":"[[\\"' .. id .. '\\"],{},{}]","content-type":"application/json","content-encoding":"utf-8",'
    .. '"headers":{"lang":"py","task":"coronal.hop","id":"' .. tag .. '","ignore_result":true},'
    .. '"properties":{"delivery_info":{"exchange":"","routing_key":"' .. queue .. '"},"priority":0,'
    .. '"delivery_tag":"' .. tag .. '"}}')
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

-- Whether a claim is still the job's last: what an older one writes must not count.
local function is_claimed(id, epoch)
  return get(id, 'state') == 'running' and get(id, 'epoch') == epoch
end
