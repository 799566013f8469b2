#!lua flags=allow-oom
-- renew(id, epoch, lease_ms) → "extended" or "lost"
--
-- Before:  this claim is the job's last.
-- Promise: its lease is extended. "lost": the job was cancelled, deleted or claimed again, and further work on it is in
--          vain.
local id, epoch, lease_ms = unpack(ARGV)
if not is_claimed(id, epoch) then
  return 'lost'
end
redis.call('ZADD', 'coronal:leases', now_ms() + lease_ms, id)
return 'extended'
