-- promote(name, alias, version) → "promoted" or "unknown"
--
-- Before:  nothing.
-- Promise: the alias stands for a version that there is, and it is known what it stood for before.
local name, alias, version = unpack(ARGV)
if redis.call('HEXISTS', 'coronal:models:' .. name, version) == 0 then
  return 'unknown'
end
local key = 'coronal:aliases:' .. name
local history = cjson.decode(redis.call('HGET', key, alias) or '[]')
if history[1] ~= tonumber(version) then
  table.insert(history, 1, tonumber(version))
  redis.call('HSET', key, alias, cjson.encode(history))
end
return 'promoted'
