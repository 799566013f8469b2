#!lua flags=allow-oom
-- release(id, epoch) → "released" or "stale"
--
-- Before:  this claim is the job's last, and its worker is asked to stop before the hop is done.
-- Promise: the job waits again as if nobody had claimed it, and a doorbell is rung. It counts as no loss.
local id, epoch = unpack(ARGV)
if not is_claimed(id, epoch) then
  return 'stale'
end
queue_again(id, 0)
return 'released'
