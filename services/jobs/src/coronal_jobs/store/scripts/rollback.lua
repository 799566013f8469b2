#!lua flags=allow-oom
-- rollback(name, alias) → the number of a version, 0 where there is none before, or -1 where there is no such alias
--
-- Before:  nothing.
-- Promise: the alias stands for what it stood for before, of the versions that there still are; where there is none, all
--          stays as it is.
local name, alias = unpack(ARGV)
local key = 'coronal:aliases:' .. name
local text = redis.call('HGET', key, alias)
if not text then
  return -1
end
local history = cjson.decode(text)
table.remove(history, 1)
while #history > 0 and redis.call('HEXISTS', 'coronal:models:' .. name, history[1]) == 0 do
  table.remove(history, 1)
end
if #history == 0 then
  return 0
end
redis.call('HSET', key, alias, cjson.encode(history))
return history[1]
