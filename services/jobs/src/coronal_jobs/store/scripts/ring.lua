-- ring(id) → "rung" or "not-queued"
--
-- Before:  the job is queued, and its doorbell may be lost.
-- Promise: a doorbell is pushed, and the time when the next is due is written, in one step. One too many does
--          no harm: it finds nothing to claim.
local id = ARGV[1]
if get(id, 'state') ~= 'queued' then
  return 'not-queued'
end
ring(id)
return 'rung'
