-- admit(id, input, pipeline, hops, seed) → "admitted" or "exists"
--
-- Before:  nothing is known of the job; the bytes of its input are in the blob store, and held by its id.
-- Promise: record, outbox entry and doorbell are written together, or nothing is. Whoever has the answer has
--          a job that a worker will find.
local id, input, pipeline, hops, seed = unpack(ARGV)
if redis.call('EXISTS', record_of(id)) == 1 then
  return 'exists'
end
redis.call('HSET', record_of(id), 'state', 'nothing', 'created_ms', now_ms(), 'input', input,
  'pipeline', pipeline, 'hops', hops, 'seed', seed, 'hop', 0, 'epoch', 0, 'progress', 0,
  'pool', cjson.decode(hops)[1].pool)
redis.call('ZADD', 'coronal:jobs', get(id, 'created_ms'), id)
name_blob(cjson.decode(input).sha256, id)
move(id, 'queued')
ring(id)
return 'admitted'
