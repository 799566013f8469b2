#!lua flags=allow-oom
-- hold(holder, keep, digest, ...) → "held" or "wait"
--
-- Before:  the bytes are about to be written, and a record that names them is about to be.
-- Promise: nobody removes these blobs for so many ms. "wait" says that one of them is being removed at this very
--          moment: nothing is held, and it is worth trying again in a few ms.
local holder, keep = ARGV[1], ARGV[2]
for n = 3, #ARGV do
  if redis.call('EXISTS', 'coronal:doomed:' .. ARGV[n]) == 1 then
    return 'wait'
  end
end
for n = 3, #ARGV do
  if redis.call('ZADD', 'coronal:holds', now_ms() + keep, ARGV[n] .. ' ' .. holder) == 1 then
    redis.call('HINCRBY', 'coronal:blob-refs', ARGV[n], 1)
  end
end
return 'held'
