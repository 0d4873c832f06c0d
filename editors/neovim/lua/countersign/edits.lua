-- The server's edits, refused where the text has moved on since it made them: they would hit other lines. Neovim looks at that, too, but not
-- at a text that was just read, whose version is 0.
local say = require("countersign.say")

local M = {}

local function is_stale(document)
  if not document or type(document.version) ~= "number" then
    return false
  end
  local file = vim.uri_to_fname(document.uri)
  if vim.fn.bufexists(file) == 0 then
    return false
  end
  local version = vim.lsp.util.buf_versions[vim.uri_to_bufnr(document.uri)]
  return version ~= nil and version > document.version
end

-- Answers `workspace/applyEdit`.
function M.apply(error, params, context)
  for _, change in ipairs(params.edit.documentChanges or {}) do
    if is_stale(change.textDocument) then
      local why = "the text has changed meanwhile"
      say.warn(why .. ": nothing was done, say it again")
      return { applied = false, failureReason = why }
    end
  end
  local answer = vim.lsp.handlers["workspace/applyEdit"](error, params, context)
  if type(answer) == "table" and not answer.applied then
    -- Without the place in Neovim's code.
    answer.failureReason = tostring(answer.failureReason):gsub("^%S-:%d+: ", "")
    say.warn("nothing was done: " .. answer.failureReason)
  end
  return answer
end

return M
