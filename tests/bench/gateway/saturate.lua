-- What wrk measured, as JSON on the last line.
function done(summary, latency)
  local errors = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status + summary.errors.timeout
  io.write(string.format(
    '{"throughput":%.1f,"p50":%d,"p99":%d,"p999":%d,"errors":%d}\n',
    summary.requests / summary.duration * 1e6,
    latency:percentile(50), latency:percentile(99), latency:percentile(99.9), errors))
end
