#!lua flags=allow-oom
-- drop(holder, digest, ...) → blobs that may go
--
-- Before:  no record will name these blobs in the name of this holder.
-- Promise: its holds of them end; what is named, or held by another, stays.
local answer = {}
for n = 2, #ARGV do
  if redis.call('ZREM', 'coronal:holds', ARGV[n] .. ' ' .. ARGV[1]) == 1 and let_go(ARGV[n]) then
    table.insert(answer, ARGV[n])
  end
end
return answer
