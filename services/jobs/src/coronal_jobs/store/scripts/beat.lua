#!lua flags=allow-oom
-- beat(id, epoch, lease) → "extended" or "lost"
--
-- Before:  this claim is the job's last.
-- Promise: its lease is extended. "lost" says that the job was cancelled, deleted, or given to another: whatever
--          is still done for it is in vain.
local id, epoch, lease = unpack(ARGV)
if not is_claimed(id, epoch) then
  return 'lost'
end
redis.call('ZADD', 'coronal:leases', now_ms() + lease, id)
return 'extended'
