-- publish(version) → "published" or "known"
--
-- Before:  Redis has lost the version; its files are in the blob store.
-- Promise: it is stored under its name and number, and references its files, once.
local version = cjson.decode(ARGV[1])
if redis.call('HEXISTS', versions_of(version.kind, version.name), version.version) == 1 then
  return 'known'
end
publish(version, ARGV[1], '')
return 'published'
