-- admit_batch(id, pipeline, hops, seed, most, key, keep, content, count, ...) → what came of it, a fact of it
--   as admit says; the id is the batch's. Behind the count of jobs stand for each its id, its number in the batch and
--   its input; behind them, as JSON, what was sent with them and not taken.
--
-- Before:  nothing is known of the batch or its jobs; the bytes of their inputs are in the blob store, and held by
--          the batch's id.
-- Promise: the batch, all its jobs with their outbox entries and doorbells, and the key are written together, or
--          nothing is. Key and limit are those of admit. Holds of what is admitted are let go; where nothing is,
--          they stay until they are dropped or end.
local id, pipeline, hops, seed, most, key, keep, content, count = unpack(ARGV, 1, 9)
local last = 9 + 3 * count
local taken = redis.call('EXISTS', batch_record_of(id))
for n = 10, last, 3 do
  taken = taken + redis.call('EXISTS', record_of(ARGV[n]))
end
local refused = known_by(key, content) or taken > 0 and { 'exists', id } or full_for(tonumber(count), most)
if refused then
  return refused
end
redis.call('HSET', batch_record_of(id), 'created_ms', now_ms(), 'pipeline', pipeline, 'seed', seed)
redis.call('ZADD', 'coronal:batches', now_ms(), id)
for n = 10, last, 3 do
  local job, number, input = ARGV[n], ARGV[n + 1], ARGV[n + 2]
  redis.call('ZADD', 'coronal:batch-jobs:' .. id, number, job)
  write_job(job, input, id, hops, 'pipeline', pipeline, 'seed', seed, 'batch', id, 'item', number)
end
for n = last + 1, #ARGV do
  redis.call('RPUSH', 'coronal:batch-refused:' .. id, ARGV[n])
end
keep_key(key, id, content, keep)
return { 'admitted', id }
