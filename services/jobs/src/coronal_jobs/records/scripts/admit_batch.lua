-- admit_batch(id, pipeline, models, stage_groups, seed, limit, key, keep_ms, fingerprint, epoch, count, ...) → outcome, a fact
--   as in admit.lua; the id is the batch's. After the count of jobs come, for each job, its id, its number in the
--   batch, its input and its reference ('' for none); after them, as JSON, the refused items.
--
-- Before:  the batch and its jobs are unknown; the bytes of their inputs and references are in the blob store and
--          pinned by the batch's id.
-- Promise: the batch, all its jobs with their outbox entries and notifications, and the key are written together or
--          not at all. Key and limit are those of admit. The pins of admitted blobs are removed; after a refusal they
--          stay until they are removed or expire.
local id, pipeline, models, stage_groups, seed, limit, key, keep_ms, fingerprint, epoch, count = unpack(ARGV, 1, 11)
local FIRST, EACH = 12, 4
local last = FIRST - 1 + EACH * count
local taken = redis.call('EXISTS', batch_record_of(id))
for n = FIRST, last, EACH do
  taken = taken + redis.call('HEXISTS', record_of(ARGV[n]), 'batch')
end
local exists = taken > 0 and { 'exists', id }
local refused = admitted_with(key, fingerprint) or exists or refusal_when_full(tonumber(count), limit)
if refused then
  return refused
end
redis.call('HSET', batch_record_of(id), 'created_ms', now_ms(), 'pipeline', pipeline, 'seed', seed)
redis.call('ZADD', 'coronal:batches', now_ms(), id)
local written = {}
for n = FIRST, last, EACH do
  local job, number, input, reference = unpack(ARGV, n, n + EACH - 1)
  redis.call('ZADD', 'coronal:batch-jobs:' .. id, number, job)
  local digests, state = { cjson.decode(input).sha256 }, get(job, 'state')
  if reference ~= '' then
    table.insert(digests, cjson.decode(reference).sha256)
  end
  if state then
    -- A recovery has already admitted it from the submission journal.
    redis.call('HSET', record_of(job), 'batch', id, 'item', number)
    move_in_batch(job, id, number, state, state)
    for _, digest in ipairs(digests) do
      if redis.call('ZREM', 'coronal:pins', digest .. ' ' .. id) == 1 then
        unreference_blob(digest)
      end
    end
  else
    if reference ~= '' then
      redis.call('HSET', record_of(job), 'reference', reference)
    end
    if models ~= '' then
      for _, model in ipairs(cjson.decode(models)) do
        table.insert(digests, model)
      end
      redis.call('HSET', record_of(job), 'models', models)
    end
    write_job(job, digests, id, stage_groups, 'input', input, 'pipeline', pipeline, 'seed', seed, 'epoch', epoch,
      'batch', id, 'item', number)
    table.insert(written, job)
  end
end
notify_all(written)
for n = last + 1, #ARGV do
  redis.call('RPUSH', 'coronal:batch-refused:' .. id, ARGV[n])
end
store_key(key, id, fingerprint, keep_ms)
return { 'admitted', id }
