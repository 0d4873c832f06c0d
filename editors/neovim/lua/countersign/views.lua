-- What of the hunks is before the user's eyes: told to the server, which keeps it for the times that reviews took. Nothing goes elsewhere.
local server = require("countersign.server")

local M = {}

-- Scrolling past is no look, in ms.
local REST = 400

-- By client: what was told last of each hunk, `uri`, `visible` and `focused`.
local told = {}
-- Whether the terminal has the focus; one that never says so has it.
local has_focus = true
local turn = 0

-- The hunks that windows of this tab show, by client.
local function seen()
  local found = {}
  local current = vim.api.nvim_get_current_win()
  for _, window in ipairs(vim.api.nvim_tabpage_list_wins(0)) do
    local buffer = vim.api.nvim_win_get_buf(window)
    local client = vim.lsp.get_clients({ name = "countersign", bufnr = buffer })[1]
    if client and has_focus then
      local first, last = vim.fn.line("w0", window), vim.fn.line("w$", window)
      local line = vim.api.nvim_win_get_cursor(window)[1]
      local hunks = require("countersign.hunks")
      found[client.id] = found[client.id] or {}
      for _, hunk in ipairs(hunks.within(buffer, first, last)) do
        local is_met = hunk.at <= line and line <= math.max(hunk.last, hunk.at)
        local before = found[client.id][hunk.id] or {}
        found[client.id][hunk.id] = {
          uri = hunk.uri,
          visible = true,
          focused = before.focused or (window == current and is_met),
        }
      end
    end
  end
  return found
end

local function tell(client, hunk, view)
  server.notify(client, "countersign/viewed", {
    uri = view.uri,
    hunk = hunk,
    visible = view.visible,
    focused = view.focused,
  })
end

local function look()
  local now = require("countersign.config").options.views and seen() or {}
  for _, client in ipairs(server.clients()) do
    local old, new = told[client.id] or {}, now[client.id] or {}
    for hunk, view in pairs(new) do
      if not old[hunk] or old[hunk].focused ~= view.focused then
        tell(client, hunk, view)
      end
    end
    for hunk, view in pairs(old) do
      if not new[hunk] then
        tell(client, hunk, { uri = view.uri, visible = false, focused = false })
      end
    end
    told[client.id] = new
  end
end

-- Looks once nothing has moved for a while.
local function soon()
  turn = turn + 1
  local this = turn
  vim.defer_fn(function()
    if this == turn then
      look()
    end
  end, REST)
end

-- A server is gone: the next one is told anew.
function M.forget(client)
  told[client] = nil
end

local group = vim.api.nvim_create_augroup("countersign-views", {})
vim.api.nvim_create_autocmd({ "WinScrolled", "WinEnter", "BufEnter", "WinClosed", "TabEnter", "CursorMoved" }, {
  group = group,
  callback = soon,
})
vim.api.nvim_create_autocmd("User", { group = group, pattern = "CountersignChanged", callback = soon })
for event, has in pairs({ FocusGained = true, FocusLost = false }) do
  vim.api.nvim_create_autocmd(event, {
    group = group,
    callback = function()
      has_focus = has
      soon()
    end,
  })
end

return M
