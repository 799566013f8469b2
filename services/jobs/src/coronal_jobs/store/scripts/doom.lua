-- doom(digest) → "doomed" or "named"
--
-- Before:  nobody seems to name a blob.
-- Promise: "doomed" says that nobody does, and that nobody can hold it until its bytes are gone and
--          coronal:doomed:DIGEST was deleted, or a minute is over.
if redis.call('HEXISTS', 'coronal:blob-refs', ARGV[1]) == 1 then
  return 'named'
end
redis.call('SET', 'coronal:doomed:' .. ARGV[1], '1', 'PX', 60000)
return 'doomed'
