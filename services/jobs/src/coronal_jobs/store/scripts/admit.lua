-- admit(id, input, pipeline, hops, seed, most, key, keep, content) → what came of it, a fact of it, blobs that may go
--   "admitted", the id                     the job is written
--   "replayed", the first job's id         this key came with this content before, and that job is still there
--   "conflict", the content it came with   this key came with other content before
--   "full", how many ended in a minute     there are as many queued and running jobs as there may be
--   "exists", the id                       the id is taken
--
-- Before:  nothing is known of the job; the bytes of its input are in the blob store, and held by its id.
-- Promise: record, outbox entry, doorbell and key are written together, or nothing is, and the hold is let go.
--          Whoever has the answer has a job that a worker will find. Of many with one key, one is admitted; so it
--          is even when there is no room for another. The key stands for its job as long as there is that job,
--          and for so many ms at most.
local id, input, pipeline, hops, seed, most, key, keep, content = unpack(ARGV)
local exists = redis.call('EXISTS', record_of(id)) == 1 and { 'exists', id }
local refused = known_by(key, content) or exists or full_for(1, most)
if refused then
  local digest = cjson.decode(input).sha256
  if redis.call('ZREM', 'coronal:holds', digest .. ' ' .. id) == 1 and let_go(digest) then
    table.insert(refused, digest)
  end
  return refused
end
write_job(id, input, id, hops, 'pipeline', pipeline, 'seed', seed)
keep_key(key, id, content, keep)
return { 'admitted', id }
