#!lua flags=allow-oom
-- commit(id, epoch, stage_group, snapshot, artifacts, publication, report, took_ms) → "succeeded", "queued" or "stale", then
-- unreferenced blobs
--
-- Before:  this claim is the job's last, and has run this stage group; its pack is written, and so are its other blobs,
--          which are pinned by "ID/EPOCH", and so is a pack that holds other jobs' files too; the stage group has taken
--          took_ms.
-- Promise: a stage group is committed once at most. The last one ends the job with its artifacts; any other stores the
--          case snapshot and notifies the next stage group's pool in the same step. What the last one publishes gets
--          its name in the same step; where another job has published the same content meanwhile, that version is this
--          job's result. What the claim has logged is appended in the same step. The same commit again gets the same
--          answer and changes nothing. "stale": the claim's own pack is unreferenced. Chunks of the job's batch are cut by
--          what its jobs take, where that falls with caution.

-- Publish a job's version, or find the one that has its content; return its name for the record.
local function published(text, owner, id)
  local version = cjson.decode(text)
  for _, other in ipairs(redis.call('HVALS', versions_of(version.kind, version.name))) do
    if string.sub(other, 1, 1) == '{' and cjson.decode(other).sha256 == version.sha256 then
      return version.kind .. ' ' .. version.name .. ' ' .. cjson.decode(other).version
    end
  end
  -- A version prepared by another job was published before, and withdrawn just now: it stays withdrawn.
  if version.job == id then
    publish(version, text, owner)
  end
  return version.kind .. ' ' .. version.name .. ' ' .. version.version
end

-- Note what the first stage group of a batch's job has taken: more at once, less by half of the difference.
local function note_took(batch, took_ms)
  if batch then
    local before_ms = tonumber(redis.call('HGET', batch_record_of(batch), 'took_ms') or took_ms)
    redis.call('HSET', batch_record_of(batch), 'took_ms', math.max(took_ms, (before_ms + took_ms) / 2, 1))
  end
end

local id, epoch, stage_group, snapshot, artifacts, publication, report, took_ms = unpack(ARGV)
write_report(id, epoch, report)
if get(id, 'committed') == epoch .. '/' .. stage_group then
  -- The caller repeats it because the answer was lost, so it has not logged the change yet.
  local state = get(id, 'state') == 'succeeded' and 'succeeded' or 'queued'
  note_change(logged_of(id), state, false)
  return { state }
end
if not is_claimed(id, epoch) or get(id, 'stage_group') ~= stage_group then
  note_pack(id, epoch)
  return { 'stale' }
end
note_took(stage_group == '0' and get(id, 'batch'), tonumber(took_ms))
local owner = id .. '/' .. epoch
local answer = {}
local old = { get(id, 'snapshot') or nil }
table.insert(old, get(id, 'checkpoint') or nil)
redis.call('HDEL', record_of(id), 'snapshot', 'checkpoint', 'stage', 'crashed_attempts', 'retries', 'deliveries', 'notified_ms')
redis.call('HSET', record_of(id), 'committed', epoch .. '/' .. stage_group)
local stage_groups = cjson.decode(get(id, 'stage_groups'))
local next_stage_group = tonumber(stage_group) + 1
if next_stage_group == #stage_groups then
  for _, artifact in ipairs(cjson.decode(artifacts)) do
    reference_blob(blob_of(artifact), owner)
  end
  if publication ~= '' then
    redis.call('HSET', record_of(id), 'published', published(publication, owner, id))
  end
  redis.call('HSET', record_of(id), 'artifacts', artifacts, 'progress', 1)
  move(id, 'succeeded')
  table.insert(answer, 'succeeded')
else
  reference_blob(snapshot, owner)
  local next_one = stage_groups[next_stage_group + 1]
  local progress = string.format('%.4f', next_one.first / stage_groups[#stage_groups]['end'])
  redis.call('HSET', record_of(id), 'snapshot', snapshot, 'stage_group', next_stage_group, 'pool', next_one.pool,
    'progress', progress)
  move(id, 'queued')
  notify(id)
  table.insert(answer, 'queued')
end
-- Only now: a blob that is referenced again must not be removed.
for _, digest in ipairs(old) do
  if unreference_blob(digest) then
    table.insert(answer, digest)
  end
end
return answer
