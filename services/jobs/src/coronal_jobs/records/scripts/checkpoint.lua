#!lua flags=allow-oom
-- checkpoint(id, epoch, digest) → "kept" or "stale", then unreferenced blobs
--
-- Before:  this claim is the job's last; the blob is written, and pinned by "ID/EPOCH".
-- Promise: the next claim of the job finds it; the previous checkpoint is removed. Progress resets the count of crashed
--          attempts, unless the checkpoint is the same as before: a job that advances must not be given up.
local id, epoch, digest = unpack(ARGV)
if not is_claimed(id, epoch) then
  return { 'stale' }
end
local answer, old = { 'kept' }, get(id, 'checkpoint')
reference_blob(digest, id .. '/' .. epoch)
if old ~= digest then
  redis.call('HDEL', record_of(id), 'crashed_attempts')
  redis.call('HSET', record_of(id), 'checkpoint', digest)
end
-- Only now: a blob that is referenced again must not be removed.
if old and unreference_blob(old) then
  table.insert(answer, old)
end
return answer
