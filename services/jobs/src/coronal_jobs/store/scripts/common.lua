-- What every script starts with. All keys are in one Redis database; all times are Redis's own.
--
-- A job's record is the hash coronal:job:ID. Beside it stand
--   coronal:jobs             all ids, by time of creation
--   coronal:jobs:STATE       those in a state, by time of creation
--   coronal:outbox           those that wait for a worker, by the time when their doorbell is due again
--   coronal:log:ID           what the stages logged, a line an entry
--   coronal:blob-refs        how often records name a blob
--   coronal:changed          a channel: the id of a job whose record has changed
--   coronal:pool.NAME        the pool's queue, from which Celery pops doorbells

local FIRST_RING_MS = 5000
local LAST_RING_MS = 600000

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

-- Write fields of a record, as a flat list, and tell those who wait for a change.
local function set(id, ...)
  redis.call('HSET', record_of(id), ...)
  redis.call('HINCRBY', record_of(id), 'revision', 1)
  redis.call('PUBLISH', 'coronal:changed', id)
end

local function move(id, from, to)
  redis.call('ZREM', 'coronal:jobs:' .. from, id)
  redis.call('ZADD', 'coronal:jobs:' .. to, get(id, 'created_ms'), id)
  set(id, 'state', to)
end

-- Push a doorbell: a message of Celery (task protocol 2, in the envelope of kombu's Redis transport) that
-- holds the job's id alone. When it is due again doubles with each ring.
local function ring(id)
  local rings = redis.call('HINCRBY', record_of(id), 'rings', 1)
  local due_ms = now_ms() + math.min(FIRST_RING_MS * 2 ^ (rings - 1), LAST_RING_MS)
  redis.call('ZADD', 'coronal:outbox', due_ms, id)
  local queue = 'pool.' .. get(id, 'pool')
  local tag = id .. '.' .. get(id, 'epoch') .. '.' .. rings
  redis.call('LPUSH', 'coronal:' .. queue,
    '{"body":"[[\\"' .. id .. '\\"],{},{}]","content-type":"application/json","content-encoding":"utf-8",'
    .. '"headers":{"lang":"py","task":"coronal.hop","id":"' .. tag .. '","ignore_result":true},'
    .. '"properties":{"delivery_info":{"exchange":"","routing_key":"' .. queue .. '"},"priority":0,'
    .. '"delivery_tag":"' .. tag .. '"}}')
end

local function hold(digest)
  redis.call('HINCRBY', 'coronal:blob-refs', digest, 1)
end

-- Let go of a blob; true when no record names it any more, and its bytes may go.
local function let_go(digest)
  if redis.call('HINCRBY', 'coronal:blob-refs', digest, -1) > 0 then
    return false
  end
  redis.call('HDEL', 'coronal:blob-refs', digest)
  return true
end

-- Whether a claim is still the job's last: what an older one writes must not count.
local function is_claimed(id, epoch)
  return get(id, 'state') == 'running' and get(id, 'epoch') == epoch
end
