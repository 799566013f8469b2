-- admit(id, input, reference, pipeline, task, models, replay_of, hops, seed, most, key, keep, content, epoch) → what came of it, a fact, blobs that may go
--   "admitted", the id                     the job is written
--   "replayed", the first job's id         this key came with this content before, and that job is still there
--   "conflict", the content it came with   this key came with other content before
--   "full", how many ended in a minute     there are as many queued and running jobs as there may be
--   "exists", the id                       this very order was admitted already: ids are never given twice
--
-- Before:  nothing is known of the job; the bytes of its input, and of its reference and its models where
--          there are any (else ''), are in the blob store, and held by its id.
-- Promise: record, outbox entry, doorbell and key are written together, or nothing is, and the hold is let go.
--          Whoever has the answer has a job that a worker will find. Of many with one key, one is admitted; so it
--          is even when there is no room for another. The key stands for its job as long as there is that job,
--          and for so many ms at most. The epochs of the job follow the one that is given.
local id, input, reference, pipeline, task, models, replay_of, hops, seed, most, key, keep, content, epoch =
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
local refused = exists or known_by(key, content) or full_for(1, most)
if refused then
  for _, digest in ipairs(digests) do
    if redis.call('ZREM', 'coronal:holds', digest .. ' ' .. id) == 1 and let_go(digest) then
      table.insert(refused, digest)
    end
  end
  return refused
end
write_job(id, digests, id, hops, unpack(fields))
keep_key(key, id, content, keep)
return { 'admitted', id }
