-- Tokens from a file, one a line, from line FIRST on and round and round; arguments: [FILE FIRST]. What wrk measured comes as JSON on
-- the last line.
local requests, position = {}, 0

function init(args)
  if args[1] == nil then
    requests[1] = wrk.format()
    return
  end
  for line in io.lines(args[1]) do
    wrk.headers["Authorization"] = "Bearer " .. line
    requests[#requests + 1] = wrk.format()
  end
  position = (tonumber(args[2]) - 1) % #requests
end

function request()
  position = position % #requests + 1
  return requests[position]
end

function done(summary, latency)
  local errors = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status + summary.errors.timeout
  io.write(string.format(
    '{"throughput":%.1f,"p50":%d,"p99":%d,"p999":%d,"errors":%d,"requests":%d}\n',
    summary.requests / summary.duration * 1e6,
    latency:percentile(50), latency:percentile(99), latency:percentile(99.9), errors, summary.requests))
end
