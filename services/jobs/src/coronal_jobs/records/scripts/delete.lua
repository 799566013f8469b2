#!lua flags=allow-oom
-- delete(id, finished_ms) → "deleted", "unknown" or "stale", then unreferenced blobs
--
-- Before:  nothing; the job may be in any state. Where a time is given, a job that did not finish then (it was retried
--          since) is "stale", and nothing is changed.
-- Promise: the record and everything beside it are removed; a batch is removed with its last job. A waiting notification
--          finds nothing to claim, a running worker nothing to commit to. The deletion is counted, so that a janitor has
--          the name removed from Redis's file.
local id, finished = ARGV[1], ARGV[2]
local state = get(id, 'state')
if not state then
  return { 'unknown' }
end
if finished and tonumber(get(id, 'finished_ms') or 0) ~= tonumber(finished) then
  return { 'stale' }
end
if not is_final(state) then
  note_ended(id, 'cancelled')
  note_pack(id, last_claim(id))
end
local answer = { 'deleted' }
local digests = { cjson.decode(get(id, 'input')).sha256 }
local reference = get(id, 'reference')
if reference then
  table.insert(digests, cjson.decode(reference).sha256)
end
for _, artifact in ipairs(cjson.decode(get(id, 'artifacts') or '[]')) do
  table.insert(digests, blob_of(artifact))
end
for _, digest in ipairs(cjson.decode(get(id, 'models') or '[]')) do
  table.insert(digests, digest)
end
table.insert(digests, get(id, 'snapshot') or nil)
table.insert(digests, get(id, 'checkpoint') or nil)
for _, digest in ipairs(digests) do
  if unreference_blob(digest) then
    table.insert(answer, digest)
  end
end
local batch = get(id, 'batch')
if batch then
  move_in_batch(id, batch, 0, state, '')
  redis.call('ZREM', 'coronal:batch-jobs:' .. batch, id)
  if redis.call('EXISTS', 'coronal:batch-jobs:' .. batch) == 0 then
    redis.call('DEL', batch_record_of(batch), 'coronal:batch-refused:' .. batch)
    redis.call('ZREM', 'coronal:batches', batch)
  end
end
redis.call('SREM', 'coronal:queued:' .. get(id, 'pool'), id)
redis.call('DEL', record_of(id), 'coronal:log:' .. id)
note_deletion()
for _, index in ipairs({ 'jobs', 'jobs:' .. state, 'finished', 'outbox', 'parked', 'leases' }) do
  redis.call('ZREM', 'coronal:' .. index, id)
end
emit_event(id, batch)
return answer
