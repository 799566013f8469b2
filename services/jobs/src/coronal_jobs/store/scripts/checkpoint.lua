#!lua flags=allow-oom
-- checkpoint(id, epoch, digest) → "kept" or "stale", then blobs that may go
--
-- Before:  this claim is the job's last; the blob is written, and held by "ID/EPOCH".
-- Promise: the next claim of the job finds it; the one before goes. What gets on isn't given up: the deaths of workers
--          before are forgotten.
local id, epoch, digest = unpack(ARGV)
if not is_claimed(id, epoch) then
  return { 'stale' }
end
local answer = { 'kept' }
local old = get(id, 'checkpoint')
if old == digest then
  return answer
end
name_blob(digest, id .. '/' .. epoch)
redis.call('HDEL', record_of(id), 'losses')
redis.call('HSET', record_of(id), 'checkpoint', digest)
if old and let_go(old) then
  table.insert(answer, old)
end
return answer
