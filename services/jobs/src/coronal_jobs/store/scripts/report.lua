#!lua flags=allow-oom
-- report(id, epoch, stage, progress) → "reported" or "stale"
--
-- Before:  this claim is the job's last.
-- Promise: progress is only ever told by the claim that makes it.
local id, epoch, stage, progress = unpack(ARGV)
if not is_claimed(id, epoch) then
  return 'stale'
end
set(id, 'stage', stage, 'progress', progress)
return 'reported'
