#!lua flags=allow-oom
-- mark_for_deletion(digest) → "marked", "referenced" or "busy"
--
-- Before:  the blob seems unreferenced.
-- Promise: "marked": it is unreferenced, and can't be pinned until its bytes are gone and coronal:deleting:DIGEST is
--          deleted, or a minute has passed. "busy": another process is removing it. Only one may: the slower would
--          remove bytes that were written again meanwhile.
if redis.call('HEXISTS', 'coronal:blob-refs', ARGV[1]) == 1 then
  redis.call('SREM', 'coronal:unreferenced', ARGV[1])
  return 'referenced'
end
if not redis.call('SET', 'coronal:deleting:' .. ARGV[1], '1', 'NX', 'PX', 60000) then
  return 'busy'
end
return 'marked'
