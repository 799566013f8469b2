#!lua flags=allow-oom
-- claim(ids, pool, lease_ms, capabilities, processes) → "claimed" and, for each job, its id and record as a flat list; or
-- "lacking", what is lacking, and the job
--
-- Before:  the jobs are queued in this pool; capabilities are JSON, each with its version ('' accepts any job);
--          processes are those of the worker. Ids have spaces between.
-- Promise: there is one claim of a job at a time. The epoch grows, so that writes of an older claim are refused. The claim
--          ends with its lease, unless that is renewed. A duplicate or forged notification, or one in another pool's queue,
--          finds nothing to claim. Of several jobs a chunk is claimed, and the others are notified before all others.
--          A worker that lacks something for the first claims nothing.
local ids, pool, lease_ms, capabilities, processes = unpack(ARGV)

local function lack_of(id)
  return capabilities ~= '' and lacking(id, capabilities) or nil
end

-- Return how many of so many jobs of a batch are a chunk: CHUNK_MS of work by what the batch's jobs have taken so far, one
-- while that is unknown; and, towards the batch's end, so few that no process of the pool is left without any.
local function chunk_size(id, count)
  local batch = count > 1 and get(id, 'batch')
  local took_ms = batch and redis.call('HGET', batch_record_of(batch), 'took_ms')
  if not took_ms then
    return 1
  end
  local left = redis.call('ZCARD', 'coronal:batch-jobs:' .. batch .. ':queued')
  local share = math.ceil(left / (2 * processes * math.max(1, #live_workers(pool))))
  return math.max(1, math.min(math.floor(CHUNK_MS / took_ms), share))
end

local function claim(id)
  redis.call('HINCRBY', record_of(id), 'epoch', 1)
  redis.call('HSETNX', record_of(id), 'started_ms', now_ms())
  redis.call('HSET', record_of(id), 'claimed_ms', now_ms(), 'logged', get(id, 'epoch') .. ' 0')
  redis.call('HDEL', record_of(id), 'deliveries', 'notified_ms')
  move(id, 'running')
  redis.call('ZADD', 'coronal:leases', now_ms() + lease_ms, id)
  return redis.call('HGETALL', record_of(id))
end

local due, seen = {}, {}
for id in string.gmatch(ids, '%S+') do
  if get(id, 'state') == 'queued' and get(id, 'pool') == pool and not seen[id] and #due < MAX_CHUNK then
    seen[id] = true
    table.insert(due, id)
  end
end
local answer = { 'claimed' }
if #due == 0 then
  return answer
end
local lack = lack_of(due[1])
if lack then
  put_back({ unpack(due, 2) })
  return { 'lacking', lack, due[1] }
end
note_consumed(due[1])
local size, last = chunk_size(due[1], #due), 1
while last < size and due[last + 1] and not lack_of(due[last + 1]) do
  last = last + 1
end
put_back({ unpack(due, last + 1) })
for n = 1, last do
  table.insert(answer, due[n])
  table.insert(answer, claim(due[n]))
end
return answer
