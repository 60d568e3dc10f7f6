-- A member's heartbeat, by Redis' own clock.
--
-- KEYS[1]  the set of members
-- ARGV     1 the member, 2 milliseconds after which one that was not heard of is gone
-- Answers  who is there

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], string.format('%.0f', now), ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('(%.0f', now - ARGV[2]))
-- Who is of the future was heard by another clock, before a failover; if he lives, he comes again.
redis.call('ZREMRANGEBYSCORE', KEYS[1], string.format('(%.0f', now), '+inf')
return redis.call('ZRANGE', KEYS[1], 0, -1)
