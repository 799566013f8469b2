-- admit(id, input, reference, pipeline, hops, seed, most, key, keep, content, epoch) → what came of it, a fact, blobs that may go
--   "admitted", the id                     the job is written
--   "replayed", the first job's id         this key came with this content before, and that job is still there
--   "conflict", the content it came with   this key came with other content before
--   "full", how many ended in a minute     there are as many queued and running jobs as there may be
--   "exists", the id                       this very order was admitted already: ids are never given twice
--
-- Before:  nothing is known of the job; the bytes of its input, and of its reference where
--          there is one (else ''), are in the blob store, and held by its id.
-- Promise: record, outbox entry, doorbell and key are written together, or nothing is, and the hold is let go.
--          Whoever has the answer has a job that a worker will find. Of many with one key, one is admitted; so it
--          is even when there is no room for another. The key stands for its job as long as there is that job,
--          and for so many ms at most. The epochs of the job follow the one that is given.
local id, input, reference, pipeline, hops, seed, most, key, keep, content, epoch = unpack(ARGV)
local MINUTE_MS = 60000
local digests = { cjson.decode(input).sha256 }
if reference ~= '' then
  table.insert(digests, cjson.decode(reference).sha256)
end

local function refuse(...)
  local answer = { ... }
  for _, digest in ipairs(digests) do
    if redis.call('ZREM', 'coronal:holds', digest .. ' ' .. id) == 1 and let_go(digest) then
      table.insert(answer, digest)
    end
  end
  return answer
end

if redis.call('EXISTS', record_of(id)) == 1 then
  return refuse('exists', id)
end
local known = key ~= '' and redis.call('GET', 'coronal:key:' .. key)
if known then
  local first, its_content = string.match(known, '^(%S+) (.*)$')
  if redis.call('EXISTS', record_of(first)) == 1 then
    if its_content == content then
      return refuse('replayed', first)
    end
    return refuse('conflict', its_content)
  end
end
if redis.call('ZCARD', 'coronal:jobs:queued') + redis.call('ZCARD', 'coronal:jobs:running') >= tonumber(most) then
  return refuse('full', redis.call('ZCOUNT', 'coronal:finished', now_ms() - MINUTE_MS, '+inf'))
end
redis.call('HSET', record_of(id), 'state', 'nothing', 'created_ms', now_ms(), 'input', input,
  'pipeline', pipeline, 'hops', hops, 'seed', seed, 'hop', 0, 'epoch', epoch, 'progress', 0,
  'pool', cjson.decode(hops)[1].pool)
if reference ~= '' then
  redis.call('HSET', record_of(id), 'reference', reference)
end
redis.call('ZADD', 'coronal:jobs', get(id, 'created_ms'), id)
for _, digest in ipairs(digests) do
  name_blob(digest, id)
end
move(id, 'queued')
ring(id)
if key ~= '' then
  redis.call('SET', 'coronal:key:' .. key, id .. ' ' .. content, 'PX', keep)
end
return { 'admitted', id }
