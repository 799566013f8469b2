#!lua flags=allow-oom
-- release(id, epoch) → "released" or "stale"
--
-- Before:  this claim is the job's last, and its worker shuts down before the stage group is done, or leaves it to others.
-- Promise: the job is queued and notified as if it had never been claimed; no crashed attempt is counted.
local id, epoch = unpack(ARGV)
if not is_claimed(id, epoch) then
  return 'stale'
end
requeue(id, 0)
return 'released'
