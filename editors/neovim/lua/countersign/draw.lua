-- Signs, authors at line ends, and lines that were taken away: extmarks of the hunks. Extmarks move with the text by themselves.
local config = require("countersign.config")

local M = {}

local marks = vim.api.nvim_create_namespace("countersign")

-- Linked to groups that every colour scheme has; what a user or a scheme says of them holds.
local GROUPS = {
  CountersignAgent = "DiagnosticInfo",
  CountersignMixed = "DiagnosticWarn",
  CountersignExternal = "DiagnosticHint",
  CountersignText = "Comment",
  CountersignRemoved = "DiffDelete",
}

local GROUP_OF = { agent = "CountersignAgent", mixed = "CountersignMixed", external = "CountersignExternal" }

local function define()
  for name, link in pairs(GROUPS) do
    vim.api.nvim_set_hl(0, name, { link = link, default = true })
  end
end

define()
-- A colour scheme clears what it does not know.
vim.api.nvim_create_autocmd("ColorScheme", { group = vim.api.nvim_create_augroup("countersign-draw", {}), callback = define })

-- Who, in which model, and how much is held against it.
function M.words(hunk)
  local author = hunk.author
  local words = author.agent or author.kind
  if author.model then
    words = words .. " · " .. author.model
  end
  if author.kind == "mixed" then
    words = ("%s, %d of your lines in it"):format(words, hunk.mine)
  end
  if #hunk.findings > 0 then
    words = ("%s, %d finding%s"):format(words, #hunk.findings, #hunk.findings == 1 and "" or "s")
  end
  return words
end

local function virtual_text(hunk)
  -- Inlay hints say the same.
  local hints = vim.lsp.inlay_hint and vim.lsp.inlay_hint.is_enabled({ bufnr = hunk.buffer })
  if not config.options.virtual_text or hints then
    return nil
  end
  local gone = hunk.last < hunk.first and (" -" .. hunk.removed) or ""
  return { { M.words(hunk) .. gone, "CountersignText" } }
end

local function removed_lines(hunk)
  if not config.options.removed_lines or hunk.removedText == "" then
    return nil
  end
  local lines = {}
  for line in vim.gsplit((hunk.removedText:gsub("\n$", "")), "\n", { plain = true }) do
    table.insert(lines, { { "- " .. line, "CountersignRemoved" } })
  end
  return lines
end

local function mark(buffer, row, options)
  options.strict = false
  vim.api.nvim_buf_set_extmark(buffer, marks, row, 0, options)
end

-- There is room for two cells, and some characters take both.
local function sign_of(signs, kind, is_gone)
  local sign = vim.fn.strcharpart((signs[kind] or "") .. (is_gone and signs.removed or ""), 0, 2, true)
  return vim.fn.strdisplaywidth(sign) > 2 and vim.fn.strcharpart(sign, 0, 1, true) or sign
end

local function draw(buffer, hunk)
  local signs = config.options.signs
  local group = GROUP_OF[hunk.author.kind] or "CountersignExternal"
  local is_gone = hunk.last < hunk.first
  local is_at_end = hunk.first > hunk.at
  local removed = removed_lines(hunk)
  mark(buffer, hunk.at - 1, {
    virt_text = virtual_text(hunk),
    virt_lines = removed,
    virt_lines_above = removed and not is_at_end or nil,
  })
  if not signs then
    return
  end
  local sign = sign_of(signs, hunk.author.kind, is_gone)
  for line = hunk.at, math.max(hunk.last, hunk.at) do
    mark(buffer, line - 1, {
      sign_text = sign,
      sign_hl_group = group,
      priority = signs.priority,
    })
  end
end

-- Draws a buffer's hunks, and nothing else of ours.
function M.buffer(buffer, hunks)
  vim.api.nvim_buf_clear_namespace(buffer, marks, 0, -1)
  for _, hunk in ipairs(hunks) do
    draw(buffer, hunk)
  end
end

-- Draws all anew, after an option has changed.
function M.all()
  local of = require("countersign.hunks").of
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(buffer) then
      M.buffer(buffer, of(buffer))
    end
  end
end

return M
