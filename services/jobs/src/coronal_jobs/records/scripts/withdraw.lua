#!lua flags=allow-oom
-- withdraw(kind, name, version) → "withdrawn", "unknown", or an alias that points to it, then unreferenced blobs
--
-- Before:  nothing.
-- Promise: a version that no alias points to is removed, and its number is never assigned again. Its files stay as long
--          as jobs reference them.
local kind, name, version = unpack(ARGV)
local key = versions_of(kind, name)
local text = redis.call('HGET', key, version)
if not text then
  return { 'unknown' }
end
local aliases = redis.call('HGETALL', 'coronal:aliases:' .. name)
for n = 1, #aliases, 2 do
  if kind == 'models' and cjson.decode(aliases[n + 1])[1] == tonumber(version) then
    return { aliases[n] }
  end
end
redis.call('HDEL', key, version)
note_deletion()
if redis.call('HLEN', key) == 1 then
  redis.call('ZREM', 'coronal:' .. kind, name)
end
local answer = { 'withdrawn' }
for _, digest in ipairs(version_digests(cjson.decode(text))) do
  if unreference_blob(digest) then
    table.insert(answer, digest)
  end
end
return answer
