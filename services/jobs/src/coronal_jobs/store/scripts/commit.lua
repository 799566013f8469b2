#!lua flags=allow-oom
-- commit(id, epoch, hop, carry, artifacts, publication) → "succeeded", "queued" or "stale", then blobs that may go
--
-- Before:  this claim is the job's last, and it has run this hop; the blobs that it names are written, and held
--          by "ID/EPOCH".
-- Promise: a hop is committed once at most. The last hop ends the job with its artifacts; any other keeps the
--          case (carry) and rings for the next hop in the same step. What the last hop publishes is kept under its
--          name in the same step, unless another job was faster with the same content: then that is what it has
--          made. The same commit again gets the same answer and changes nothing.

-- Publish what this job has made; give what is told of it.
local function published(text, holder, id)
  local version = cjson.decode(text)
  for _, other in ipairs(redis.call('HVALS', versions_of(version.kind, version.name))) do
    if string.sub(other, 1, 1) == '{' and cjson.decode(other).sha256 == version.sha256 then
      return version.kind .. ' ' .. version.name .. ' ' .. cjson.decode(other).version
    end
  end
  -- Another job's is one that was published before, and was withdrawn just now.
  if version.job == id then
    publish(version, text, holder)
  end
  return version.kind .. ' ' .. version.name .. ' ' .. version.version
end

local id, epoch, hop, carry, artifacts, publication = unpack(ARGV)
if get(id, 'committed') == epoch .. '/' .. hop then
  return { get(id, 'state') == 'succeeded' and 'succeeded' or 'queued' }
end
if not is_claimed(id, epoch) or get(id, 'hop') ~= hop then
  return { 'stale' }
end
local holder = id .. '/' .. epoch
local answer = {}
local old = { get(id, 'carry') or nil }
table.insert(old, get(id, 'checkpoint') or nil)
redis.call('HDEL', record_of(id), 'carry', 'checkpoint', 'stage', 'losses', 'retries', 'rings', 'rung_ms')
redis.call('HSET', record_of(id), 'committed', epoch .. '/' .. hop)
local hops = cjson.decode(get(id, 'hops'))
local next_hop = tonumber(hop) + 1
if next_hop == #hops then
  for _, artifact in ipairs(cjson.decode(artifacts)) do
    name_blob(artifact.sha256, holder)
  end
  if publication ~= '' then
    redis.call('HSET', record_of(id), 'published', published(publication, holder, id))
  end
  redis.call('HSET', record_of(id), 'artifacts', artifacts, 'progress', 1)
  move(id, 'succeeded')
  table.insert(answer, 'succeeded')
else
  name_blob(carry, holder)
  redis.call('HSET', record_of(id), 'carry', carry, 'hop', next_hop, 'pool', hops[next_hop + 1].pool)
  move(id, 'queued')
  ring(id)
  table.insert(answer, 'queued')
end
-- Only now: what is named again must not go.
for _, digest in ipairs(old) do
  if let_go(digest) then
    table.insert(answer, digest)
  end
end
return answer
