#!lua flags=allow-oom
-- restart(id, epoch, most) → "queued", "spent" or "stale", then blobs that may go
--
-- Before:  this claim is the job's last, and the case (carry) that the hops before have left for it can't be read.
-- Promise: the job waits for its first hop again, with what was sent, as if no hop had been committed; the case goes.
--          So often at most, which no commit resets: then the answer is "spent", and nothing is changed. The same
--          claim's restart again changes nothing.
local id, epoch, most = unpack(ARGV)
local carry = get(id, 'carry')
if not is_claimed(id, epoch) or not carry then
  return { 'stale' }
end
if tonumber(get(id, 'restarts') or 0) >= tonumber(most) then
  return { 'spent' }
end
redis.call('HINCRBY', record_of(id), 'restarts', 1)
redis.call('HDEL', record_of(id), 'carry', 'committed', 'losses', 'retries')
redis.call('HSET', record_of(id), 'hop', 0, 'pool', cjson.decode(get(id, 'hops'))[1].pool)
queue_again(id, 0)
local answer = { 'queued' }
if let_go(carry) then
  table.insert(answer, carry)
end
return answer
