#!lua flags=allow-oom
-- unpin(owner, digest, ...) → unreferenced blobs
--
-- Before:  no record will take over this owner's pins of these blobs.
-- Promise: these pins are removed; a blob that is referenced, or pinned by another owner, stays.
local answer = {}
for n = 2, #ARGV do
  if redis.call('ZREM', 'coronal:pins', ARGV[n] .. ' ' .. ARGV[1]) == 1 and unreference_blob(ARGV[n]) then
    table.insert(answer, ARGV[n])
  end
end
return answer
