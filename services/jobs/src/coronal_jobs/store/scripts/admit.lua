-- admit(id, input, pipeline, hops, seed) → "admitted" or "exists"
--
-- Before:  nothing is known of the job; the bytes of its input are in the blob store.
-- Promise: record, outbox entry and doorbell are written together, or nothing is. Whoever has the answer has
--          a job that a worker will find.
local id, input, pipeline, hops, seed = unpack(ARGV)
if redis.call('EXISTS', record_of(id)) == 1 then
  return 'exists'
end
local created_ms = now_ms()
redis.call('HSET', record_of(id), 'state', 'queued', 'created_ms', created_ms, 'input', input,
  'pipeline', pipeline, 'hops', hops, 'seed', seed, 'hop', 0, 'epoch', 0,
  'pool', cjson.decode(hops)[1].pool)
redis.call('ZADD', 'coronal:jobs', created_ms, id)
redis.call('ZADD', 'coronal:jobs:queued', created_ms, id)
hold(cjson.decode(input).sha256)
ring(id)
set(id, 'progress', 0)
return 'admitted'
