#!lua flags=allow-oom
-- pin(owner, keep_ms, digest, ...) → "pinned" or "wait"
--
-- Before:  the bytes are about to be written, and then referenced by a record.
-- Promise: these blobs are not removed for keep_ms. "wait": one of them is being removed right now; nothing is pinned,
--          and the caller tries again a few ms later.
local owner, keep_ms = ARGV[1], ARGV[2]
for n = 3, #ARGV do
  if redis.call('EXISTS', 'coronal:deleting:' .. ARGV[n]) == 1 then
    return 'wait'
  end
end
for n = 3, #ARGV do
  if redis.call('ZADD', 'coronal:pins', now_ms() + keep_ms, ARGV[n] .. ' ' .. owner) == 1 then
    redis.call('HINCRBY', 'coronal:blob-refs', ARGV[n], 1)
  end
end
return 'pinned'
