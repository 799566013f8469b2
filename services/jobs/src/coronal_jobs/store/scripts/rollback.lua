#!lua flags=allow-oom
-- rollback(name, alias) → the number of a version, 0 where there is none before, or -1 where there is no such alias
--
-- Before:  nothing.
-- Promise: the alias stands for the version that it stood for before, of those that there still are; where there is
--          none, all stays as it is.
local name, alias = unpack(ARGV)
local key = 'coronal:aliases:' .. name
local text = redis.call('HGET', key, alias)
if not text then
  return -1
end
local stood = cjson.decode(text)
local now = stood[1]
while stood[1] == now or (stood[1] and redis.call('HEXISTS', versions_of('models', name), stood[1]) == 0) do
  table.remove(stood, 1)
end
if not stood[1] then
  return 0
end
redis.call('HSET', key, alias, cjson.encode(stood))
return stood[1]
