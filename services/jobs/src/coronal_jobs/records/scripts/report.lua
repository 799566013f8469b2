#!lua flags=allow-oom
-- report(id, epoch, report) → "reported" or "stale"
--
-- Before:  this claim is the job's last.
-- Promise: only the last claim writes stage and progress. Each line that a claim has logged is appended once, whoever
--          sends it how often; also after the job was cancelled, until another claim begins.
local id, epoch, report = unpack(ARGV)
if write_report(id, epoch, report) then
  redis.call('HINCRBY', record_of(id), 'revision', 1)
  emit_event(id)
end
return is_claimed(id, epoch) and 'reported' or 'stale'
