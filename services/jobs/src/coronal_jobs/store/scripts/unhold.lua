#!lua flags=allow-oom
-- unhold(most) → blobs that may go
--
-- Before:  nothing; several janitors may call it at once.
-- Promise: holds whose time is over (an upload that was never admitted, a commit that was refused) end.
local answer = {}
for _, member in ipairs(redis.call('ZRANGEBYSCORE', 'coronal:holds', '-inf', now_ms(), 'LIMIT', 0, ARGV[1])) do
  redis.call('ZREM', 'coronal:holds', member)
  local digest = string.match(member, '^%S+')
  if let_go(digest) then
    table.insert(answer, digest)
  end
end
return answer
