#!lua flags=allow-oom
-- notify_ended(again) → how many pools were notified
--
-- Before:  nothing; several janitors may call it at once.
-- Promise: where ends of jobs are due, a process of the pool is notified, before all jobs that wait; again after so many
--          ms where nobody has taken them. One notification too many does no harm: it finds nothing to take.
local count = 0
for _, pool in ipairs(redis.call('HKEYS', 'coronal:pools')) do
  local due = redis.call('ZCOUNT', 'coronal:ended:' .. pool, '-inf', now_ms())
  if due > 0 and redis.call('SET', 'coronal:ended-notified:' .. pool, 1, 'NX', 'PX', ARGV[1]) then
    redis.call('RPUSH', 'coronal:pool.' .. pool, message(pool, '', 'ended.' .. now_ms()))
    count = count + 1
  end
end
return count
