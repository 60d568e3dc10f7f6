-- Appends numbered events to a partition's stream, if the stream ends as the caller believes; all or nothing.
--
-- KEYS[1]  the stream
-- ARGV     1 the last entry id expected, 2 its event id, 3 how many entries to keep,
--          4 the sequence of the last event here, 5 the event id before the first,
--          then four for each event: entry id, event id, type, data
-- Answers  nil when written, else {last entry id, its event id or ""}
--
-- The first write must stay the XADD: a script that begins with another one escapes the memory limit.

local last, event, added = '0-0', '', 0
if redis.call('EXISTS', KEYS[1]) == 1 then
  local info, entry = redis.call('XINFO', 'STREAM', KEYS[1]), false
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then last = info[i + 1]
    elseif info[i] == 'entries-added' then added = info[i + 1]
    elseif info[i] == 'last-entry' then entry = info[i + 1] end
  end
  if entry and entry[1] == last then
    for i = 1, #entry[2], 2 do
      if entry[2][i] == 'event_id' then event = entry[2][i + 1] end
    end
  end
end
if last ~= ARGV[1] or (event ~= '' and event ~= ARGV[2]) then return {last, event} end

local prev = ARGV[5]
for i = 6, #ARGV, 4 do
  redis.call('XADD', KEYS[1], ARGV[i], 'event_id', ARGV[i + 1], 'type', ARGV[i + 2], 'prev', prev, 'data', ARGV[i + 3])
  prev = ARGV[i + 1]
end
-- The count of entries ever added equals the sequence, or the lag of a group would be wrong.
if added + (#ARGV - 5) / 4 ~= tonumber(ARGV[4]) then
  redis.call('XSETID', KEYS[1], ARGV[#ARGV - 3], 'ENTRIESADDED', ARGV[4])
end
redis.call('XTRIM', KEYS[1], 'MAXLEN', '~', ARGV[3])
return nil
