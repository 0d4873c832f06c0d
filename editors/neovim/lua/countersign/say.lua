-- What there is to say, in one line that fits: Neovim stops for a longer one, also while somebody types.
local M = {}

-- The last messages in full, oldest first.
local said = {}
local MOST = 50

local LEVELS = { vim.log.levels.ERROR, vim.log.levels.WARN, vim.log.levels.INFO, vim.log.levels.DEBUG }

-- A text as one line of so many cells at most.
function M.shortened(text, cells)
  local line = vim.trim((text:gsub("%s+", " ")))
  if vim.fn.strdisplaywidth(line) <= cells then
    return line
  end
  while line ~= "" and vim.fn.strdisplaywidth(line) > cells - 1 do
    line = vim.fn.strcharpart(line, 0, vim.fn.strchars(line) - 1)
  end
  return line .. "…"
end

-- Says it by |vim.notify()|; `level` is info without one.
function M.say(text, level)
  table.insert(said, text)
  if #said > MOST then
    table.remove(said, 1)
  end
  vim.notify(M.shortened("countersign: " .. text, vim.o.columns - 15), level or vim.log.levels.INFO)
end

function M.warn(text)
  M.say(text, vim.log.levels.WARN)
end

-- Says it as Neovim says an error: what was under way ends.
function M.fail(text)
  local line = M.shortened("countersign: " .. text, vim.o.columns - 15)
  if vim.fn.has("nvim-0.11") == 1 then
    return vim.api.nvim_echo({ { line } }, true, { err = true })
  end
  vim.api.nvim_err_writeln(line)
end

-- Answers `window/showMessage`.
function M.show(_, params)
  M.say((params.message:gsub("^Countersign: ", "")), LEVELS[params.type])
end

-- The last messages, line by line.
function M.history()
  return vim.split(table.concat(said, "\n"), "\n", { plain = true })
end

return M
