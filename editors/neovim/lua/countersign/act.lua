-- Reverts and accepts, by the server's own commands: what is open is changed by an edit that `u` undoes.
local hunks = require("countersign.hunks")
local say = require("countersign.say")
local server = require("countersign.server")

local M = {}

-- Has the server do a command.
function M.execute(client, name, argument)
  local params = { command = name, arguments = { argument } }
  -- With the buffer, so that what was typed is told before.
  local asked = server.request(client, "workspace/executeCommand", params, function(error)
    if error then
      say.warn(error.message)
    end
  end, vim.api.nvim_get_current_buf())
  if not asked then
    say.warn("nothing was done, the server is gone: see :checkhealth countersign")
  end
end

-- The same to these hunks at once: one edit of each file.
function M.named(client, name, chosen, with)
  local ids = vim.tbl_map(function(hunk)
    return hunk.id
  end, chosen)
  M.execute(client, name, vim.tbl_extend("force", { hunks = ids }, with))
end

-- The session of the hunk under the cursor.
local function session_here(buffer, line)
  for _, hunk in ipairs(hunks.within(buffer, line, line)) do
    if hunk.author.session then
      return hunk.author.session
    end
  end
end

-- `what` is "revert" or "accept"; `which` "hunk", "file", "session" or "all", of the lines from `first` to `last`; `with` more of the
-- command's argument.
function M.act(what, which, first, last, with)
  local client = server.client(0)
  if not client then
    return say.warn("no server runs for this file: see :checkhealth countersign")
  end
  local name = "countersign." .. what
  if which == "hunk" then
    local chosen = hunks.within(0, first, last)
    if #chosen == 0 then
      return say.warn("no hunk on this line")
    end
    -- Without a selection it is one: of two that meet here the one in which the cursor is.
    if first == last and #chosen > 1 then
      chosen = { chosen[#chosen] }
    end
    return M.named(client, name, chosen, with)
  end
  local argument = vim.deepcopy(with)
  if which == "file" then
    argument.uri = vim.uri_from_bufnr(0)
  elseif which == "session" then
    argument.session = session_here(0, first)
    if not argument.session then
      return say.warn("no agent's hunk on this line")
    end
  else
    argument.all = true
  end
  M.execute(client, name, argument)
end

return M
