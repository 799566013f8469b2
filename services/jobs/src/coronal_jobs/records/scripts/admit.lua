-- admit(id, input, reference, pipeline, task, models, replay_of, stage_groups, seed, limit, key, keep_ms, fingerprint, epoch) → outcome, a fact, unreferenced blobs
--   "admitted", the id                     the job is written
--   "replayed", the first job's id         this key came with this fingerprint before, and that job still exists
--   "conflict", the earlier fingerprint    this key came with another fingerprint before
--   "full", jobs finished in a minute      the limit of queued and running jobs is reached
--   "exists", the id                       this very order was admitted before: ids are never reused
--
-- Before:  the job is unknown; the bytes of its input, and of its reference and models where there are any (else ''),
--          are in the blob store and pinned by its id.
-- Promise: record, outbox entry, notification and key are written together or not at all, and the pins are removed.
--          Of many requests with one key one is admitted, even when there is no room for another. The key maps to its
--          job as long as that exists, and for keep_ms at most. The job's epochs follow the given one.
local id, input, reference, pipeline, task, models, replay_of, stage_groups, seed, limit, key, keep_ms, fingerprint, epoch =
  unpack(ARGV)
local digests = { cjson.decode(input).sha256 }
local fields = { 'input', input, 'pipeline', pipeline, 'seed', seed, 'epoch', epoch }
for name, text in pairs({ reference = reference, task = task, models = models, replay_of = replay_of }) do
  if text ~= '' then
    table.insert(fields, name)
    table.insert(fields, text)
  end
end
if reference ~= '' then
  table.insert(digests, cjson.decode(reference).sha256)
end
if models ~= '' then
  for _, digest in ipairs(cjson.decode(models)) do
    table.insert(digests, digest)
  end
end
local exists = redis.call('EXISTS', record_of(id)) == 1 and { 'exists', id }
local refused = exists or admitted_with(key, fingerprint) or refusal_when_full(1, limit)
if refused then
  for _, digest in ipairs(digests) do
    if redis.call('ZREM', 'coronal:pins', digest .. ' ' .. id) == 1 and unreference_blob(digest) then
      table.insert(refused, digest)
    end
  end
  return refused
end
write_job(id, digests, id, stage_groups, unpack(fields))
notify(id)
store_key(key, id, fingerprint, keep_ms)
return { 'admitted', id }
