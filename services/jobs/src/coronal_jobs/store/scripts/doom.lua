#!lua flags=allow-oom
-- doom(digest) → "doomed", "named" or "busy"
--
-- Before:  nobody seems to name a blob.
-- Promise: "doomed" says that nobody does, and that nobody can hold it until its bytes are gone and
--          coronal:doomed:DIGEST was deleted, or a minute is over. "busy" says that another is removing it at
--          this very moment: one alone may, or the slower would remove what was written anew.
if redis.call('HEXISTS', 'coronal:blob-refs', ARGV[1]) == 1 then
  redis.call('SREM', 'coronal:unnamed', ARGV[1])
  return 'named'
end
if not redis.call('SET', 'coronal:doomed:' .. ARGV[1], '1', 'NX', 'PX', 60000) then
  return 'busy'
end
return 'doomed'
