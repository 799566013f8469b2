-- What a pool's workers offer, and whether a job can run there. Like common.lua it is prepended to every script.

-- Return the live workers of a pool.
local function live_workers(pool)
  local found = {}
  for _, member in ipairs(redis.call('ZRANGEBYSCORE', 'coronal:workers', seconds() - ALIVE_S, '+inf')) do
    if string.match(member, '^%S+') == pool then
      table.insert(found, member)
    end
  end
  return found
end

-- Return the digests of the offers of a pool's live workers, each once.
local function live_offers(pool)
  local found, seen = {}, {}
  for _, member in ipairs(live_workers(pool)) do
    local digest = redis.call('HGET', 'coronal:worker-offers', member)
    if digest and not seen[digest] then
      seen[digest] = true
      table.insert(found, digest)
    end
  end
  return found
end

-- Return what a job's due stage group needs, with versions: what it was planned for, and, before its files are read, their
-- formats.
local function needs_of(id)
  local snapshot, task, stage_groups, stage_group, input, reference =
    unpack(redis.call('HMGET', record_of(id), 'snapshot', 'task', 'stage_groups', 'stage_group', 'input', 'reference'))
  local needs = cjson.decode(stage_groups)[stage_group + 1].versions or {}
  if not snapshot and not task then
    for _, file in ipairs({ input, reference or nil }) do
      needs['format:' .. cjson.decode(file).format] = ''
    end
  end
  return needs
end

-- Return the first need, by name, of a job's due stage group that capabilities (JSON: name to version) don't meet; nil
-- where they meet all.
local function lacking(id, capabilities)
  local has, of_any_version, lacks = cjson.decode(capabilities), get(id, 'any_version'), {}
  for name, version in pairs(needs_of(id)) do
    if not has[name] or (has[name] ~= version and not of_any_version) then
      table.insert(lacks, version == '' and name or name .. ' ' .. version)
    end
  end
  table.sort(lacks)
  return lacks[1]
end
