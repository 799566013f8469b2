-- Prepended to every script. All keys are in one Redis database; all times are Redis's own, in ms, so that no two clocks
-- need to agree.
--
-- A job's record is the hash coronal:job:ID. The other keys are
--   coronal:jobs             ids of all jobs, by creation time
--   coronal:jobs:STATE       those in a state, by creation time
--   coronal:queued:POOL      queued jobs of a pool
--   coronal:finished         those in a final state, by finish time
--   coronal:outbox           queued jobs, by the time when their notification is due again
--   coronal:leases           running jobs, by lease expiry
--   coronal:parked           queued jobs that no live worker of their pool can run, by the time since when
--   coronal:consumed         for each queue, when its last consumed notification was sent
--   coronal:log:ID           a job's log, one entry a line; the record's field "logged" is the epoch of the claim that
--                            writes it, and how many lines of that claim are there
--   coronal:batches          ids of all batches, by creation time
--   coronal:batch:ID         a batch's record; its revision grows with each change of a job's state
--   coronal:batch-jobs:ID    its jobs, by their number in it; with :STATE appended, those in a state
--   coronal:batch-refused:ID its refused items, as JSON
--   coronal:datasets         names of data sets, by the time of their last version; coronal:models those of
--                            models
--   coronal:datasets:NAME    a data set: each version as JSON, and the last assigned number ("last");
--                            coronal:models:NAME a model
--   coronal:aliases:NAME     aliases of a model: each one's targets as JSON, the current first
--   coronal:blob-refs        reference counts of blobs: records and pins; a pack ("ID.EPOCH") has one for each file
--   coronal:unreferenced     unreferenced blobs whose bytes may still be there
--   coronal:pins             pins of blobs that no record references yet ("SHA256 OWNER"), by expiry
--   coronal:key:DIGEST       the job or batch of an Idempotency-Key, and its fingerprint; for a day
--   coronal:events           a stream of the changes of records, in order
--   coronal:changes          how often jobs changed their state ("STEP FROM TO POOL CODE"), for the metrics;
--                            coronal:changes-ms the time that they were in the state before, in all
--   coronal:rewrite          counts of deletions, and of those that a rewrite of Redis's file has covered
--   coronal:workers          live workers ("POOL WORKER"), by their last heartbeat, in s
--   coronal:worker-offers    the digest of each one's offer; coronal:pools that of each pool's latest offer;
--                            coronal:offers, coronal:capabilities map digests to offers and capabilities
--   coronal:pipelines        named pipelines
--   coronal:janitor          when a janitor did its last round
--   coronal:probe            written by readiness checks
--   coronal:deleting:DIGEST  a blob whose bytes are being removed; for a minute
--   coronal:ended:POOL       ends of jobs that the pool's plugins haven't received yet ("ID REVISION"), by the time when due;
--                            coronal:ended-facts:POOL the facts of each, as JSON; coronal:ended-notified:POOL exists
--                            while a notification of them is under way
--   coronal:pool.NAME        a pool's queue, from which Celery pops notifications
--   coronal:pool.NAME.DIGEST the queue of its workers with one offer

local MIN_REDELIVERY_MS = 5000
local MAX_REDELIVERY_MS = 600000
local KEPT_EVENTS = 50000
local KEPT_ENDED = 100000
local MINUTE_MS = 60000
local ALIVE_S = 30

local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function seconds()
  return tonumber(redis.call('TIME')[1])
end

local function record_of(id)
  return 'coronal:job:' .. id
end

local function batch_record_of(batch)
  return 'coronal:batch:' .. batch
end

local function get(id, field)
  return redis.call('HGET', record_of(id), field)
end

-- Append a change to the event stream. BATCH is given where the record is already gone, and STEP where it isn't this
-- script's own.
local function emit_event(id, batch, step)
  local reported = redis.call('HMGET', record_of(id), 'state', 'stage', 'progress', 'stage_group', 'epoch', 'revision',
    'batch')
  redis.call('XADD', 'coronal:events', 'MAXLEN', '~', KEPT_EVENTS, '*', 'job', id, 'step', step or STEP,
    'state', reported[1] or '', 'stage', reported[2] or '', 'progress', reported[3] or 0, 'stage_group', reported[4] or 0,
    'epoch', reported[5] or 0, 'revision', reported[6] or 0, 'batch', reported[7] or batch or '')
end

-- Write fields of a record, given as a flat list, and emit an event.
local function set(id, ...)
  redis.call('HSET', record_of(id), ...)
  redis.call('HINCRBY', record_of(id), 'revision', 1)
  emit_event(id)
end

local function is_final(state)
  return state ~= 'queued' and state ~= 'running'
end

-- Move a job between the state indexes of its batch; TO is empty where the job is deleted.
local function move_in_batch(id, batch, item, from, to)
  redis.call('ZREM', 'coronal:batch-jobs:' .. batch .. ':' .. from, id)
  if to ~= '' then
    redis.call('ZADD', 'coronal:batch-jobs:' .. batch .. ':' .. to, item, id)
  end
  redis.call('HINCRBY', batch_record_of(batch), 'revision', 1)
end

-- What this script has changed, for the log: see state_changes.py.
local changes = {}

local LOGGED = { 'state', 'created_ms', 'since_ms', 'batch', 'item', 'epoch', 'pool', 'stage_group', 'stage',
  'crashed_attempts', 'retries', 'restarts', 'failure' }

-- Return the fields of a job's record that the log shows.
local function logged_of(id)
  local values, fields = redis.call('HMGET', record_of(id), unpack(LOGGED)), { job = id }
  for n, name in ipairs(LOGGED) do
    fields[name] = values[n]
  end
  return fields
end

-- Note for the log that a job went to a state, after so many ms in the one before; false where nobody knows.
local function note_change(fields, to, elapsed_ms)
  fields.state, fields.elapsed_ms = to, elapsed_ms
  fields.failure = to == 'failed' and fields.failure
  table.insert(changes, fields)
end

-- Count a change of state for the metrics: see metrics_store.py. CODE is that of a failure.
local function count_change(job, from, to, elapsed_ms)
  local code = to == 'failed' and job.failure and cjson.decode(job.failure).code or ''
  local name = table.concat({ STEP, from, to, job.pool, code }, ' ')
  redis.call('HINCRBY', 'coronal:changes', name, 1)
  redis.call('HINCRBY', 'coronal:changes-ms', name, elapsed_ms)
end

-- Note that a job has ended, in a final state: the plugins of its pool are to be called. Of a pool that nobody works
-- for the oldest ends are forgotten.
local function note_ended(id, state)
  local pool, failure, revision = unpack(redis.call('HMGET', record_of(id), 'pool', 'failure', 'revision'))
  local ended, facts, entry = 'coronal:ended:' .. pool, 'coronal:ended-facts:' .. pool, id .. ' ' .. revision
  redis.call('ZADD', ended, now_ms(), entry)
  redis.call('HSET', facts, entry, cjson.encode({ entry = entry, job = id, state = state, attempts = 0,
    failure = state == 'failed' and failure and cjson.decode(failure) or nil }))
  while redis.call('ZCARD', ended) > KEPT_ENDED do
    redis.call('HDEL', facts, redis.call('ZPOPMIN', ended)[1])
  end
end

-- Note that a claim has ended without a commit: a pack that it may have written, or still writes, is unreferenced.
local function note_pack(id, epoch)
  redis.call('SADD', 'coronal:unreferenced', id .. '.' .. epoch)
end

-- Return the epoch of a job's last claim, which may have ended.
local function last_claim(id)
  return string.match(get(id, 'logged') or '0', '^%d+')
end

-- The one way to change a state. ALLOWED is this script's part of transitions.json. STAGE is where the job was, where
-- its record no longer tells.
local function move(id, to, stage)
  local job, now = logged_of(id), now_ms()
  local from = job.state
  if not ALLOWED[from .. ' ' .. to] then
    error('a job must not go from ' .. from .. ' to ' .. to .. ' here')
  end
  if from == 'running' and STEP ~= 'commit' then
    note_pack(id, last_claim(id))
  end
  if from == 'queued' then
    redis.call('SREM', 'coronal:queued:' .. job.pool, id)
  end
  if to == 'queued' then
    redis.call('SADD', 'coronal:queued:' .. job.pool, id)
  end
  redis.call('ZREM', 'coronal:jobs:' .. from, id)
  redis.call('ZADD', 'coronal:jobs:' .. to, job.created_ms, id)
  if job.batch then
    move_in_batch(id, job.batch, job.item, from, to)
  end
  redis.call('ZREM', 'coronal:leases', id)
  redis.call('ZREM', 'coronal:outbox', id)
  redis.call('ZREM', 'coronal:parked', id)
  redis.call('ZREM', 'coronal:finished', id)
  if is_final(to) then
    redis.call('ZADD', 'coronal:finished', now, id)
    redis.call('HSET', record_of(id), 'finished_ms', now)
  end
  set(id, 'state', to, 'since_ms', now)
  if is_final(to) then
    note_ended(id, to)
  end
  local elapsed_ms = job.since_ms and now - job.since_ms
  count_change(job, from, to, elapsed_ms or 0)
  job.stage = stage or job.stage
  note_change(job, to, elapsed_ms)
end

-- Return what holds the bytes of a job's file: a pack, or a blob of its own.
local function blob_of(file)
  return file.pack or file.sha256
end

-- Reference a blob from a record. The owner's pin, where there is one, becomes this reference.
local function reference_blob(digest, owner)
  if redis.call('ZREM', 'coronal:pins', digest .. ' ' .. owner) == 0 then
    redis.call('HINCRBY', 'coronal:blob-refs', digest, 1)
  end
end

-- Remove a reference to a blob; true when it is unreferenced now, and its bytes may be removed. The caller may die before
-- it does that, so the blob is also noted for the janitor.
local function unreference_blob(digest)
  if redis.call('HINCRBY', 'coronal:blob-refs', digest, -1) > 0 then
    return false
  end
  redis.call('HDEL', 'coronal:blob-refs', digest)
  redis.call('SADD', 'coronal:unreferenced', digest)
  return true
end

-- Count a deletion: a rewrite of the append-only file will remove its traces.
local function note_deletion()
  redis.call('HINCRBY', 'coronal:rewrite', 'deletions', 1)
end

local function versions_of(kind, name)
  return 'coronal:' .. kind .. ':' .. name
end

-- Return the blobs of a version; one that it has twice is referenced twice.
local function version_digests(version)
  local digests = { version.sha256 }
  for _, file in ipairs(version.files) do
    table.insert(digests, file.sha256)
  end
  return digests
end

-- Store a version under its name and number. The owner's pins of its blobs become references.
local function publish(version, text, owner)
  local key = versions_of(version.kind, version.name)
  redis.call('HSET', key, version.version, text,
    'last', math.max(tonumber(redis.call('HGET', key, 'last') or 0), version.version))
  redis.call('ZADD', 'coronal:' .. version.kind, 'GT', version.created_ms, version.name)
  for _, digest in ipairs(version_digests(version)) do
    reference_blob(digest, owner)
  end
end

-- Whether a claim is still the job's last: writes of an older one are refused.
local function is_claimed(id, epoch)
  return get(id, 'state') == 'running' and get(id, 'epoch') == epoch
end

-- Append lines to a job's log, and drop the oldest beyond the limit.
local function append_log(id, limit, lines)
  redis.call('RPUSH', 'coronal:log:' .. id, unpack(lines))
  redis.call('LTRIM', 'coronal:log:' .. id, -limit, -1)
  emit_event(id, nil, 'log')
end

-- Write what a claim reports, as JSON: stage, progress, and numbered lines of its log; '' for nothing. Return whether the
-- record has changed. Lines that are there already are passed over, so that a process and its parent may both send
-- them. Lines of a claim whose job was cancelled are its last words; once another claim has begun they are dropped.
local function write_report(id, epoch, text)
  local report = text ~= '' and cjson.decode(text)
  if not report then
    return false
  end
  local claim, count = string.match(get(id, 'logged') or '', '^(%d+) (%d+)$')
  if claim == epoch then
    local new = {}
    for n, line in ipairs(report.lines) do
      if report.first + n - 1 > tonumber(count) then
        table.insert(new, line)
      end
    end
    if #new > 0 then
      redis.call('HSET', record_of(id), 'logged', epoch .. ' ' .. report.first + #report.lines - 1)
      append_log(id, report.limit, new)
    end
  end
  if report.stage == '' or not is_claimed(id, epoch)
    or (get(id, 'stage') == report.stage and get(id, 'progress') == report.progress) then
    return false
  end
  redis.call('HSET', record_of(id), 'stage', report.stage, 'progress', report.progress)
  return true
end

-- Return what an idempotency key stands for: "replayed" and the id where the fingerprint is the same, "conflict" and the
-- earlier fingerprint where it isn't; nil while the key is free.
local function admitted_with(key, fingerprint)
  local known = key ~= '' and redis.call('GET', 'coronal:key:' .. key)
  local first, its_fingerprint = string.match(known or '', '^(%S+) (.*)$')
  if not first or redis.call('EXISTS', record_of(first), batch_record_of(first)) == 0 then
    return nil
  end
  return its_fingerprint == fingerprint and { 'replayed', first } or { 'conflict', its_fingerprint }
end

-- Store what was admitted with a key, for keep_ms.
local function store_key(key, id, fingerprint, keep_ms)
  if key ~= '' then
    redis.call('SET', 'coronal:key:' .. key, id .. ' ' .. fingerprint, 'PX', keep_ms)
  end
end

-- Return "full" and the number of jobs finished in the last minute where there is no room for count more; else nil.
local function refusal_when_full(count, limit)
  if redis.call('ZCARD', 'coronal:jobs:queued') + redis.call('ZCARD', 'coronal:jobs:running') + count
    <= tonumber(limit) then
    return nil
  end
  return { 'full', redis.call('ZCOUNT', 'coronal:finished', now_ms() - MINUTE_MS, '+inf') }
end
