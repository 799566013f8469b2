#!lua flags=allow-oom
-- acknowledge_ended(pool, entries...) → how many were known
--
-- Before:  the hook was called for these ends.
-- Promise: it isn't called for them again.
local pool, count = ARGV[1], 0
for n = 2, #ARGV do
  redis.call('HDEL', 'coronal:ended-facts:' .. pool, ARGV[n])
  count = count + redis.call('ZREM', 'coronal:ended:' .. pool, ARGV[n])
end
return count
