#!lua flags=allow-oom
-- rollback(name, alias) → the version's number, 0 where there is no earlier version, or -1 where there is no such alias
--
-- Before:  nothing.
-- Promise: the alias points to its previous target among the versions that still exist; where there is none, nothing is
--          changed.
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
