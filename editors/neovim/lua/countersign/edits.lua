-- The server's edits, refused where the text has moved on since it made them: they would hit other lines. Neovim looks at that, too, but not
-- at a text that was just read, whose version is 0.
local say = require("countersign.say")

local M = {}

-- Why a document is not the one that an edit was made for; nil where it is.
local function why_not(document)
  if not document or vim.fn.bufexists(vim.uri_to_fname(document.uri)) == 0 then
    return nil
  end
  local buffer = vim.uri_to_bufnr(document.uri)
  if require("countersign.typing").is_deaf(buffer) then
    return "Neovim does not tell what changes here: nothing was done, save it, :bwipeout and open it again"
  end
  local version = vim.lsp.util.buf_versions[buffer]
  if type(document.version) == "number" and version ~= nil and version > document.version then
    return "the text has changed meanwhile: nothing was done, say it again"
  end
end

-- Answers `workspace/applyEdit`.
function M.apply(error, params, context)
  for _, change in ipairs(params.edit.documentChanges or {}) do
    local why = why_not(change.textDocument)
    if why then
      say.warn(why)
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
