-- wrk's part of tests/bench/gateway: exactly COUNT requests, with tokens from a file, one a line, from line FIRST on (and from the
-- first line again after the last), or with none. Ends wrk when the last response is there, since wrk itself counts seconds only.
-- Arguments: COUNT STATUS [FILE FIRST]. Exit code 3: a response had another status.
local left, wanted
local requests, position = {}, 0

function init(args)
  left, wanted = tonumber(args[1]), tonumber(args[2])
  if args[3] == nil then
    requests[1] = wrk.format()
  else
    local number, first, last = 0, tonumber(args[4]), tonumber(args[4]) + left
    for line in io.lines(args[3]) do
      number = number + 1
      if number > last then break end
      if number >= first then
        wrk.headers["Authorization"] = "Bearer " .. line
        requests[#requests + 1] = wrk.format()
      end
    end
  end
end

function request()
  position = position % #requests + 1
  return requests[position]
end

function response(status)
  if status ~= wanted then
    io.stderr:write("status " .. status .. "\n")
    os.exit(3)
  end
  left = left - 1
  if left <= 0 then os.exit(0) end
end
