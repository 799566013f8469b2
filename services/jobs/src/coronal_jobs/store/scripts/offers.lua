-- What the workers of a pool offer, and whether that is enough for a job. Like common.lua it stands before all scripts.

-- The digests of what the living workers of a pool offer, each once.
local function living_offers(pool)
  local found, seen = {}, {}
  for _, member in ipairs(redis.call('ZRANGEBYSCORE', 'coronal:workers', seconds() - ALIVE_S, '+inf')) do
    local digest = redis.call('HGET', 'coronal:worker-offers', member)
    if string.match(member, '^%S+') == pool and digest and not seen[digest] then
      seen[digest] = true
      table.insert(found, digest)
    end
  end
  return found
end

-- What is due of a job needs: what it was planned for, each with its version, and, where its files are yet to be read,
-- their formats.
local function needs_of(id)
  local carry, task, hops, hop, input, reference =
    unpack(redis.call('HMGET', record_of(id), 'carry', 'task', 'hops', 'hop', 'input', 'reference'))
  local needs = cjson.decode(hops)[hop + 1].versions or {}
  if not carry and not task then
    for _, file in ipairs({ input, reference or nil }) do
      needs['format:' .. cjson.decode(file).format] = ''
    end
  end
  return needs
end

-- What capabilities (JSON: the version of each) lack of what is due of a job, the first by name; nothing where they
-- are enough.
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
