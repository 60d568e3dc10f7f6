-- Appends numbered events to a reply, but for those that it holds already, and says how long it is kept.
--
-- KEYS[1]  the reply
-- ARGV     1 how many seconds to keep it, 2 the least sequence that it must end with, 3 the event id before the first,
--          then five for each event: sequence, entry id, event id, type, data
-- Answers  1, or 0 when it ends below that sequence: nothing was written
--
-- The first write must stay the XADD: a script that begins with another one escapes the memory limit.

local last = 0
if redis.call('EXISTS', KEYS[1]) == 1 then
  local info = redis.call('XINFO', 'STREAM', KEYS[1])
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then last = tonumber(string.match(info[i + 1], '^%d+')) end
  end
end
if last < tonumber(ARGV[2]) then return 0 end

local prev = ARGV[3]
for i = 4, #ARGV, 5 do
  if tonumber(ARGV[i]) > last then
    redis.call('XADD', KEYS[1], ARGV[i + 1], 'event_id', ARGV[i + 2], 'type', ARGV[i + 3], 'prev', prev,
      'data', ARGV[i + 4])
  end
  prev = ARGV[i + 2]
end
redis.call('EXPIRE', KEYS[1], ARGV[1])
return 1
