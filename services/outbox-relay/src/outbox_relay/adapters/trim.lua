-- Trims a stream below what every one of its groups has passed, less a window. Its last entry always stays.
--
-- KEYS[1]  the stream
-- ARGV     1 how many entries to keep behind the slowest group
-- Answers  how many entries went
--
-- One script, so that no group can be made or moved back in between. It must write nothing else: a script that begins
-- with XTRIM escapes the memory limit, and this one is there to be run when memory is full.

if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end

local function field(info, name)
  for i = 1, #info, 2 do
    if info[i] == name then return info[i + 1] end
  end
end

local passed
for _, group in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
  local sequence = tonumber(string.match(field(group, 'last-delivered-id'), '^%d+'))
  passed = math.min(passed or sequence, sequence)
end
if not passed then return 0 end

local last = tonumber(string.match(field(redis.call('XINFO', 'STREAM', KEYS[1]), 'last-generated-id'), '^%d+'))
local first = math.min(passed - tonumber(ARGV[1]) + 1, last)
if first <= 1 then return 0 end
return redis.call('XTRIM', KEYS[1], 'MINID', '~', string.format('%.0f-0', first), 'LIMIT', 0)
