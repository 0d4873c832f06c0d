-- The server's edits, refused where the text has moved on since it made them: they would hit other lines. Neovim looks at that, too, but not
-- at a text that was just read, whose version is 0.
local say = require("countersign.say")

local M = {}

-- The buffer of a document, if there is one.
local function buffer_of(document)
  if document and vim.fn.bufexists(vim.uri_to_fname(document.uri)) == 1 then
    return vim.uri_to_bufnr(document.uri)
  end
end

-- Why a buffer is not the text that an edit was made for; nil where it is.
local function why_not(buffer, made_for)
  if require("countersign.typing").is_deaf(buffer) then
    return "Neovim does not tell what changes here: nothing was done, save it, :bwipeout and open it again"
  end
  local version = vim.lsp.util.buf_versions[buffer]
  if type(made_for) == "number" and version ~= nil and version > made_for then
    return "the text has changed meanwhile: nothing was done, say it again"
  end
end

-- Has `u` take back what comes next alone. What comes between two keys is one change to Neovim: a reload, and a revert right behind it.
local function break_undo(buffer)
  if vim.api.nvim_buf_is_loaded(buffer) then
    vim.bo[buffer].undolevels = vim.bo[buffer].undolevels
  end
end

-- Answers `workspace/applyEdit`.
function M.apply(error, params, context)
  local buffers = {}
  for _, change in ipairs(params.edit.documentChanges or {}) do
    local document = change.textDocument
    local buffer = buffer_of(document)
    local why = buffer and why_not(buffer, document.version)
    if why then
      say.warn(why)
      return { applied = false, failureReason = why }
    end
    table.insert(buffers, buffer)
  end
  vim.tbl_map(break_undo, buffers)
  local answer = vim.lsp.handlers["workspace/applyEdit"](error, params, context)
  if type(answer) == "table" and not answer.applied then
    -- Without the place in Neovim's code.
    answer.failureReason = tostring(answer.failureReason):gsub("^%S-:%d+: ", "")
    say.warn("nothing was done: " .. answer.failureReason)
  end
  return answer
end

return M
