#!lua flags=allow-oom
-- take_ended(pool, lease, attempts, limit) → for each end that is due: what is known of it, as JSON
--
-- Before:  a worker of the pool is about to call its plugins' hook for what it takes.
-- Promise: nobody else takes these ends until the lease is over: if they weren't acknowledged by then, whoever took them
--          has died, and they are due again. After so many attempts an end is handed out for the last time, as given up,
--          and forgotten.
local pool, lease, attempts, limit = unpack(ARGV)
local ended, facts, answer = 'coronal:ended:' .. pool, 'coronal:ended-facts:' .. pool, {}
redis.call('DEL', 'coronal:ended-notified:' .. pool)
for _, entry in ipairs(redis.call('ZRANGEBYSCORE', ended, '-inf', now_ms(), 'LIMIT', 0, limit)) do
  local fields = cjson.decode(redis.call('HGET', facts, entry))
  fields.attempts = fields.attempts + 1
  if fields.attempts > tonumber(attempts) then
    redis.call('ZREM', ended, entry)
    redis.call('HDEL', facts, entry)
  else
    redis.call('ZADD', ended, now_ms() + lease, entry)
    redis.call('HSET', facts, entry, cjson.encode(fields))
  end
  table.insert(answer, cjson.encode(fields))
end
return answer
