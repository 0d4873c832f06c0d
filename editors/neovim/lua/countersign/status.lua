-- What there is to say in a status line; asks nobody.
local M = {}

-- `agent`, `mixed`, `external`: hunks that await review, in all files; `pending`: their sum; `findings` against them; `files`; `at_work`:
-- whether an agent's turn runs; `questions` that
-- agents wait for; `server`: "running", "given-up" or "none"; `text`: short.
function M.now()
  local status = require("countersign.hunks").counts()
  local server = require("countersign.server")
  status.pending = status.agent + status.mixed + status.external
  status.at_work = require("countersign.hunks").is_at_work()
  status.questions = require("countersign.questions").waiting()
  status.server = #server.clients() > 0 and "running" or (server.has_given_up() and "given-up" or "none")
  local words = {}
  if status.questions > 0 then
    table.insert(words, "an agent asks")
  end
  if status.at_work then
    table.insert(words, "an agent is at work")
  end
  if status.pending > 0 then
    table.insert(words, ("%d to review"):format(status.pending))
  end
  if status.findings > 0 then
    table.insert(words, ("%d finding%s"):format(status.findings, status.findings == 1 and "" or "s"))
  end
  if status.server == "given-up" then
    table.insert(words, "Countersign is down")
  end
  status.text = table.concat(words, ", ")
  return status
end

return M
