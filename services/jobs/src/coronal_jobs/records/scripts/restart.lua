#!lua flags=allow-oom
-- restart(id, epoch, limit) → "queued", "spent" or "stale", then unreferenced blobs
--
-- Before:  this claim is the job's last, and the case snapshot of the earlier stage groups can't be read.
-- Promise: the job is queued for its first stage group again, with its original input, and the snapshot is dropped. No
--          commit resets the count of restarts: at the limit the answer is "spent", and nothing is changed. A second
--          restart by the same claim changes nothing.
local id, epoch, limit = unpack(ARGV)
local snapshot = get(id, 'snapshot')
if not is_claimed(id, epoch) or not snapshot then
  return { 'stale' }
end
if tonumber(get(id, 'restarts') or 0) >= tonumber(limit) then
  return { 'spent' }
end
redis.call('HINCRBY', record_of(id), 'restarts', 1)
redis.call('HDEL', record_of(id), 'snapshot', 'committed', 'crashed_attempts', 'retries')
redis.call('HSET', record_of(id), 'stage_group', 0, 'pool', cjson.decode(get(id, 'stage_groups'))[1].pool)
requeue(id, 0)
local answer = { 'queued' }
if unreference_blob(snapshot) then
  table.insert(answer, snapshot)
end
return answer
