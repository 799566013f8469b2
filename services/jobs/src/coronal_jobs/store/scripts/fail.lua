-- fail(id, epoch, failure) → "failed" or "stale", then blobs that may go
--
-- Before:  this claim is the job's last.
-- Promise: a failure is final, and told by the claim that saw it alone. The same claim's failure again gets the
--          same answer and changes nothing.
local id, epoch, failure = unpack(ARGV)
if get(id, 'state') == 'failed' and get(id, 'epoch') == epoch then
  return { 'failed' }
end
if not is_claimed(id, epoch) then
  return { 'stale' }
end
local answer = { 'failed' }
local carry = get(id, 'carry')
if carry and let_go(carry) then
  table.insert(answer, carry)
end
redis.call('HDEL', record_of(id), 'carry')
redis.call('HSET', record_of(id), 'failure', failure, 'finished_ms', now_ms())
move(id, 'running', 'failed')
return answer
