-- promote(name, alias, version) → "promoted" or "unknown"
--
-- Before:  nothing.
-- Promise: the alias points to an existing version, and its latest 100 targets are remembered for rollback.
local MAX_KNOWN = 100
local name, alias, version = unpack(ARGV)
if redis.call('HEXISTS', versions_of('models', name), version) == 0 then
  return 'unknown'
end
local key = 'coronal:aliases:' .. name
local stood = cjson.decode(redis.call('HGET', key, alias) or '[]')
if stood[1] ~= tonumber(version) then
  table.insert(stood, 1, tonumber(version))
  table.remove(stood, MAX_KNOWN + 1)
  redis.call('HSET', key, alias, cjson.encode(stood))
end
return 'promoted'
