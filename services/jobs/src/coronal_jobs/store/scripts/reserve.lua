-- reserve(kind, name, digest) → the number of a version
--
-- Before:  a version of this content is about to be published.
-- Promise: the number of the version that has this content already, or one that no other is given, now or later.
local key = 'coronal:' .. ARGV[1] .. ':' .. ARGV[2]
for _, text in ipairs(redis.call('HVALS', key)) do
  if string.sub(text, 1, 1) == '{' then
    local version = cjson.decode(text)
    if version.sha256 == ARGV[3] then
      return version.version
    end
  end
end
return redis.call('HINCRBY', key, 'last', 1)
