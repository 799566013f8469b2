-- restore(kind, name, last, alias, versions, ...) → "restored"; for each alias the versions that it has stood for
--
-- Before:  nothing; Redis may have forgotten the name, or know more of it than is given.
-- Promise: no number up to the last is given again, and an alias that Redis doesn't know stands for what it stood for.
local kind, name, last = unpack(ARGV, 1, 3)
local key = versions_of(kind, name)
redis.call('HSET', key, 'last', math.max(tonumber(redis.call('HGET', key, 'last') or 0), tonumber(last)))
for n = 4, #ARGV, 2 do
  redis.call('HSETNX', 'coronal:aliases:' .. name, ARGV[n], ARGV[n + 1])
end
return 'restored'
