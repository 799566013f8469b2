#!lua flags=allow-oom
-- expire_pins(limit) → unreferenced blobs
--
-- Before:  nothing; several janitors may call it at once.
-- Promise: expired pins (of an upload that was never admitted, of a refused commit) are removed.
local answer = {}
for _, member in ipairs(redis.call('ZRANGEBYSCORE', 'coronal:pins', '-inf', now_ms(), 'LIMIT', 0, ARGV[1])) do
  redis.call('ZREM', 'coronal:pins', member)
  local digest = string.match(member, '^%S+')
  if unreference_blob(digest) then
    table.insert(answer, digest)
  end
end
return answer
