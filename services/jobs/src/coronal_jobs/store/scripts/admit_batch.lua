-- admit_batch(id, pipeline, models, hops, seed, most, key, keep, content, epoch, count, ...) → what came of it, a fact of it
--   as admit says; the id is the batch's. Behind the count of jobs stand for each its id, its number in the batch, its
--   input and its reference ('' where it has none); behind them, as JSON, what was sent with them and not taken.
--
-- Before:  nothing is known of the batch or its jobs; the bytes of their inputs and references are in the blob store,
--          and held by the batch's id.
-- Promise: the batch, all its jobs with their outbox entries and doorbells, and the key are written together, or
--          nothing is. Key and limit are those of admit. Holds of what is admitted are let go; where nothing is,
--          they stay until they are dropped or end.
local id, pipeline, models, hops, seed, most, key, keep, content, epoch, count = unpack(ARGV, 1, 11)
local FIRST, EACH = 12, 4
local last = FIRST - 1 + EACH * count
local taken = redis.call('EXISTS', batch_record_of(id))
for n = FIRST, last, EACH do
  taken = taken + redis.call('HEXISTS', record_of(ARGV[n]), 'batch')
end
local exists = taken > 0 and { 'exists', id }
local refused = known_by(key, content) or exists or full_for(tonumber(count), most)
if refused then
  return refused
end
redis.call('HSET', batch_record_of(id), 'created_ms', now_ms(), 'pipeline', pipeline, 'seed', seed)
redis.call('ZADD', 'coronal:batches', now_ms(), id)
for n = FIRST, last, EACH do
  local job, number, input, reference = unpack(ARGV, n, n + EACH - 1)
  redis.call('ZADD', 'coronal:batch-jobs:' .. id, number, job)
  local digests, state = { cjson.decode(input).sha256 }, get(job, 'state')
  if reference ~= '' then
    table.insert(digests, cjson.decode(reference).sha256)
  end
  if state then
    -- A recovery has found it in the intake, and was faster.
    redis.call('HSET', record_of(job), 'batch', id, 'item', number)
    move_in_batch(job, id, number, state, state)
    for _, digest in ipairs(digests) do
      if redis.call('ZREM', 'coronal:holds', digest .. ' ' .. id) == 1 then
        let_go(digest)
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
    write_job(job, digests, id, hops, 'input', input, 'pipeline', pipeline, 'seed', seed, 'epoch', epoch,
      'batch', id, 'item', number)
  end
end
for n = last + 1, #ARGV do
  redis.call('RPUSH', 'coronal:batch-refused:' .. id, ARGV[n])
end
keep_key(key, id, content, keep)
return { 'admitted', id }
