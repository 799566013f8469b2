#!lua flags=allow-oom
-- checkpoint(id, epoch, digest) → "kept" or "stale", then blobs that may go
--
-- Before:  this claim is the job's last; the blob is written, and held by "ID/EPOCH".
-- Promise: the next claim of the job finds it; the one before goes. A job that gets on isn't given up: the deaths of
--          workers before are forgotten, unless it is as far as it was.
local id, epoch, digest = unpack(ARGV)
if not is_claimed(id, epoch) then
  return { 'stale' }
end
local answer, old = { 'kept' }, get(id, 'checkpoint')
name_blob(digest, id .. '/' .. epoch)
if old ~= digest then
  redis.call('HDEL', record_of(id), 'losses')
  redis.call('HSET', record_of(id), 'checkpoint', digest)
end
-- Only now: what is named again must not go.
if old and let_go(old) then
  table.insert(answer, old)
end
return answer
