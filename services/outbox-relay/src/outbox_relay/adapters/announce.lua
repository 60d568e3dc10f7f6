-- Replaces the heads entry, if the one that is there is not of a later tick; all or nothing.
--
-- KEYS[1]  the stream of the heads
-- ARGV     1 epoch, 2 tick, 3 the heads as JSON, 4 a tick that the log does not have: heads of it count for nothing
-- Answers  nil when written, else epoch and tick of the relay that is further on and has spoken
--
-- Ids only go up: an entry of a log that is no more may have a higher one than the tick that replaces it.

local tick, last = tonumber(ARGV[2]), 0
local found = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
if found then
  last = tonumber(string.match(found[1], '^%d+'))
  local known, heads = pcall(cjson.decode, found[2][2])
  if known and type(heads) == 'table' and type(heads.epoch) == 'number' and type(heads.tick) == 'number' then
    local epoch = tonumber(ARGV[1])
    local later = heads.epoch == epoch and heads.tick > tick and heads.tick ~= tonumber(ARGV[4])
    if later or heads.epoch > epoch then return {heads.epoch, heads.tick} end
  end
end
redis.call('XADD', KEYS[1], 'MAXLEN', '=', 1, string.format('%.0f-*', math.max(tick, last)), 'data', ARGV[3])
return nil
