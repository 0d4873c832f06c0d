-- The review buffer: what awaits review in all files as one diff; what is under the cursor is accepted, reverted or gone to.
local act = require("countersign.act")
local compare = require("countersign.compare")
local hunks = require("countersign.hunks")
local patch = require("countersign.patch")
local say = require("countersign.say")
local server = require("countersign.server")

local M = {}

local NAME = "countersign://review"
local KEYS = "# a accept, r revert the hunk (in a selection: all of them)   A, R all of the file's   <CR> go to   ]] [[ file   q close"

-- While the buffer is there: `buffer`, its `lines` as |countersign.patch| makes them, whether it is `asking` and must `again`, and which
-- `turn` of asking it is.
local view

-- Files in order, each with its hunks and its server.
local function files(found)
  local by_uri, order = {}, {}
  for _, one in ipairs(found) do
    local uri = one.hunk.uri
    if not by_uri[uri] then
      by_uri[uri] = { uri = uri, client = one.client, hunks = {} }
      table.insert(order, by_uri[uri])
    end
    table.insert(by_uri[uri].hunks, one.hunk)
  end
  table.sort(order, function(one, other)
    return one.uri < other.uri
  end)
  return order
end

-- Asks all of `asks` at once, and goes on when all have answered.
local function all(asks, done)
  local left = #asks
  if left == 0 then
    return done()
  end
  for _, ask in ipairs(asks) do
    ask(function()
      left = left - 1
      if left == 0 then
        done()
      end
    end)
  end
end

-- What stands above all.
local function heading(order, is_whole)
  if #server.clients() == 0 then
    return "# No server runs: see :checkhealth countersign"
  elseif not is_whole then
    return "# It could not be asked what awaits review: see :checkhealth countersign"
  end
  return #order > 0 and KEYS or "# Nothing awaits review."
end

-- The lines of the whole review, for a callback.
local function gather(done)
  local found, parts, is_whole = {}, {}, true
  local function texts_of(order)
    return vim.tbl_map(function(file)
      return function(answered)
        compare.texts(file.client, file.uri, true, function(texts)
          local name = vim.fs.normalize(vim.uri_to_fname(file.uri))
          local root = file.client.config.root_dir
          if root and vim.startswith(name, root .. "/") then
            name = name:sub(#root + 2)
          end
          is_whole = is_whole and texts ~= nil
          local part = texts and patch.of(name, file.hunks, texts) or {}
          for _, line in ipairs(part) do
            line.client, line.uri = file.client, file.uri
          end
          parts[file.uri] = part
          answered()
        end)
      end
    end, order)
  end
  local asks = vim.tbl_map(function(client)
    return function(answered)
      hunks.all(client, function(list)
        is_whole = is_whole and list ~= nil
        for _, hunk in ipairs(list or {}) do
          table.insert(found, { hunk = hunk, client = client })
        end
        answered()
      end)
    end
  end, server.clients())
  all(asks, function()
    local order = files(found)
    all(texts_of(order), function()
      local lines = { { text = heading(order, is_whole) } }
      for _, file in ipairs(order) do
        vim.list_extend(lines, parts[file.uri])
      end
      done(lines)
    end)
  end)
end

-- The line that shows the same as before: of the same hunk, else where it was.
local function same_place(before, line, lines)
  local hunk = before[line] and before[line].hunk
  local old = 1
  while hunk and before[old].hunk ~= hunk do
    old = old + 1
  end
  for at, new in ipairs(lines) do
    if hunk and new.hunk and new.hunk.id == hunk.id then
      return math.min(at + line - old, #lines)
    end
  end
  return math.min(line, #lines)
end

local function show(lines)
  local before = view.lines
  view.lines = lines
  local places = {}
  for _, window in ipairs(vim.fn.win_findbuf(view.buffer)) do
    local at = vim.api.nvim_win_get_cursor(window)
    places[window] = { same_place(before, at[1], lines), at[2] }
  end
  vim.bo[view.buffer].modifiable = true
  vim.api.nvim_buf_set_lines(view.buffer, 0, -1, false, vim.tbl_map(function(line)
    return line.text
  end, lines))
  vim.bo[view.buffer].modifiable = false
  vim.bo[view.buffer].modified = false
  for window, place in pairs(places) do
    pcall(vim.api.nvim_win_set_cursor, window, place)
  end
end

-- Has all of it asked for anew; what comes while an answer is on its way, once more after it.
local function refresh()
  if not view then
    return
  end
  if view.asking then
    view.again = true
    return
  end
  view.asking, view.again, view.turn = true, false, view.turn + 1
  local this, turn = view, view.turn
  gather(function(lines)
    if view ~= this or view.turn ~= turn or not vim.api.nvim_buf_is_valid(view.buffer) then
      return
    end
    view.asking = false
    show(lines)
    if view.again then
      refresh()
    end
  end)
end

-- A server is gone: what it was asked it will not answer.
function M.forget()
  if view then
    view.asking, view.turn = false, view.turn + 1
    refresh()
  end
end

-- The hunks that stand on the lines, each once, with the server of the first.
local function chosen(first, last)
  local found, seen, client = {}, {}, nil
  for at = first, last do
    local line = view.lines[at]
    if line and line.hunk and not seen[line.hunk.id] and (client == nil or client == line.client) then
      seen[line.hunk.id] = true
      client = line.client
      table.insert(found, line.hunk)
    end
  end
  return found, client
end

local function act_on(what, whole_file)
  return function()
    local first, last = vim.fn.line("."), vim.fn.line("v")
    if first > last then
      first, last = last, first
    end
    vim.cmd("normal! \27")
    local line = view.lines[first]
    if whole_file and line and line.uri then
      return act.execute(line.client, "countersign." .. what, { uri = line.uri })
    end
    local found, client = chosen(first, last)
    if client then
      act.named(client, "countersign." .. what, found, {})
    end
  end
end

-- Shows the line in a window of the same tab that shows files; in a new one where there is none.
local function go_to()
  local line = view.lines[vim.fn.line(".")]
  if not line or not line.uri then
    return
  end
  local is_file = function(window)
    return vim.bo[vim.api.nvim_win_get_buf(window)].buftype == "" and vim.api.nvim_win_get_config(window).relative == ""
  end
  local last = vim.fn.win_getid(vim.fn.winnr("#"))
  local windows = vim.tbl_filter(is_file, vim.list_extend({ last }, vim.api.nvim_tabpage_list_wins(0)))
  if windows[1] then
    vim.api.nvim_set_current_win(windows[1])
  else
    vim.cmd.split()
  end
  local buffer = vim.uri_to_bufnr(line.uri)
  vim.bo[buffer].buflisted = true
  if vim.api.nvim_get_current_buf() ~= buffer then
    -- What is not saved stays in sight where it may not be hidden.
    if vim.bo.modified and not vim.o.hidden then
      vim.cmd.split()
    end
    vim.cmd.buffer(buffer)
  end
  vim.cmd("normal! m'")
  vim.api.nvim_win_set_cursor(0, { math.min(line.line or 1, vim.api.nvim_buf_line_count(0)), 0 })
  vim.cmd("normal! ^zv")
end

local function map(buffer)
  local function key(modes, keys, does, description)
    vim.keymap.set(modes, keys, does, { buffer = buffer, nowait = true, desc = "Countersign: " .. description })
  end
  key({ "n", "x" }, "a", act_on("accept"), "accept the hunk")
  key({ "n", "x" }, "r", act_on("revert"), "revert the hunk")
  key("n", "A", act_on("accept", true), "accept the agents' hunks of the file")
  key("n", "R", act_on("revert", true), "revert the agents' hunks of the file")
  key("n", "<CR>", go_to, "go to the line")
  key("n", "]]", function()
    vim.fn.search("^--- ", "W")
  end, "next file")
  key("n", "[[", function()
    vim.fn.search("^--- ", "bW")
  end, "previous file")
  key("n", "q", "<Cmd>bwipeout<CR>", "close")
end

-- A session that is restored brings one back that is empty.
local function wipe_restored()
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_get_name(buffer) == NAME and not vim.bo[buffer].modified then
      vim.api.nvim_buf_delete(buffer, {})
    end
  end
end

local function make()
  wipe_restored()
  local buffer = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_name(buffer, NAME)
  vim.bo[buffer].bufhidden = "wipe"
  vim.bo[buffer].modifiable = false
  vim.bo[buffer].filetype = "countersign-review"
  vim.bo[buffer].syntax = "diff"
  map(buffer)
  view = { buffer = buffer, lines = {}, turn = 0 }
  local changes = vim.api.nvim_create_autocmd("User", { pattern = "CountersignChanged", callback = refresh })
  vim.api.nvim_create_autocmd("BufWipeout", {
    buffer = buffer,
    once = true,
    callback = function()
      vim.api.nvim_del_autocmd(changes)
      view = nil
    end,
  })
end

-- Opens it, or goes to where it is open.
function M.open()
  if #server.clients() == 0 then
    return say.warn("no server runs: see :checkhealth countersign")
  end
  if view and vim.fn.bufwinid(view.buffer) ~= -1 then
    vim.api.nvim_set_current_win(vim.fn.bufwinid(view.buffer))
  else
    if not view then
      make()
    end
    vim.cmd.split()
    vim.api.nvim_win_set_buf(0, view.buffer)
  end
  refresh()
end

return M
