-- Plays the requests of a file over one thread of wrk, and says in JSON how they were answered.
-- Arguments: the file, one request a line (method, path, headers, body, parted by tabs; headers
-- are parted by bars), and how many milliseconds each connection pauses before a request, on average (0: not at all).

local requests, turn, threads = {}, 0, {}
accepted, refused = 0, 0

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  for line in io.lines(args[1]) do
    local method, path, head, body = line:match("^([^\t]*)\t([^\t]*)\t([^\t]*)\t(.*)$")
    local headers = {}
    for name, value in head:gmatch("([^|:]+): ([^|]*)") do
      headers[name] = value
    end
    table.insert(requests, wrk.format(method, path, headers, body ~= "" and body or nil))
  end
  local pause = tonumber(args[2])
  if pause > 0 then
    function delay()
      return math.random() * 2 * pause
    end
  end
end

function request()
  turn = turn % #requests + 1
  return requests[turn]
end

function response(status)
  if status < 300 then
    accepted = accepted + 1
  else
    refused = refused + 1
  end
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"accepted": %d, "refused": %d, "failed": %d, "seconds": %f, "p50_ms": %f, "p99_ms": %f}\n',
    threads[1]:get("accepted"), threads[1]:get("refused"),
    errors.connect + errors.read + errors.write + errors.timeout,
    summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
