-- wrk's part of tests/bench/load: as many requests as go through in SECONDS, a fraction of the second or more that wrk itself runs,
-- with tokens from a file, one a line, from line FIRST on and round and round. What was measured comes as JSON on the last line.
-- Arguments: SECONDS FILE FIRST.
local ffi = require("ffi")
ffi.cdef("typedef struct { long seconds; long nanoseconds; } instant; int clock_gettime(int clock, instant *now);")
local CLOCK_MONOTONIC = 1
local instant = ffi.new("instant")
local requests, position = {}, 0
local begin, limit
local thread

local function now()
  ffi.C.clock_gettime(CLOCK_MONOTONIC, instant)
  return tonumber(instant.seconds) + tonumber(instant.nanoseconds) / 1e9
end

function setup(own)
  thread = own
end

function init(args)
  limit = tonumber(args[1])
  for line in io.lines(args[2]) do
    wrk.headers["Authorization"] = "Bearer " .. line
    requests[#requests + 1] = wrk.format()
  end
  position = (tonumber(args[3]) - 1) % #requests
end

function request()
  local time = now()
  begin = begin or time
  elapsed = time - begin
  if elapsed >= limit then wrk.thread:stop() end
  position = position % #requests + 1
  return requests[position]
end

function done(summary, latency)
  local errors = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status + summary.errors.timeout
  io.write(string.format(
    '{"throughput":%.1f,"p50":%d,"p99":%d,"p999":%d,"errors":%d,"requests":%d}\n',
    summary.requests / thread:get("elapsed"),
    latency:percentile(50), latency:percentile(99), latency:percentile(99.9), errors, summary.requests))
end
