-- restore(kind, name, last, alias, versions, ...) → "restored"; versions are all targets of an alias, the current first
--
-- Before:  nothing; Redis may have lost the name, or know more of it than is given.
-- Promise: no number up to the last is assigned again, and an alias that Redis doesn't know gets its former targets.
local kind, name, last = unpack(ARGV, 1, 3)
local key = versions_of(kind, name)
redis.call('HSET', key, 'last', math.max(tonumber(redis.call('HGET', key, 'last') or 0), tonumber(last)))
for n = 4, #ARGV, 2 do
  redis.call('HSETNX', 'coronal:aliases:' .. name, ARGV[n], ARGV[n + 1])
end
return 'restored'
