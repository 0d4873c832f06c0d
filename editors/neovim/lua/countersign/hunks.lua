-- The hunks of each buffer. They are asked for when the server tells of news, never for a key; extmarks carry them along meanwhile.
local server = require("countersign.server")

local M = {}

-- Where the hunks are: invisible, one mark for each.
local places = vim.api.nvim_create_namespace("countersign-hunks")

-- By buffer: `list` as the server said it, each with the id of its `mark`; `asking` while an answer is on its way, `again` where it is old
-- by then.
local buffers = {}
-- By client and file: counts as the server told them, of files that are not open, too.
local counts = {}
-- The clients that know of an agent at work.
local at_work = {}

-- Typing makes news three times a second. Signs can wait for its end; a revert or an agent's write is shown at once.
local PAUSE = 250

-- A buffer that is loaded, by its address; nil for others.
local function loaded(uri)
  local file = vim.uri_to_fname(uri)
  if vim.fn.bufexists(file) == 0 then
    return nil
  end
  local buffer = vim.uri_to_bufnr(uri)
  return vim.api.nvim_buf_is_loaded(buffer) and buffer or nil
end

local is_announced = false

-- Tells all who draw, by `User CountersignChanged`: once for what comes at one time, as when a server begins.
local function announce()
  if is_announced then
    return
  end
  is_announced = true
  vim.schedule(function()
    is_announced = false
    vim.api.nvim_exec_autocmds("User", { pattern = "CountersignChanged", modeline = false })
    vim.cmd.redrawstatus({ bang = true })
  end)
end

local function take(buffer, list)
  local state = buffers[buffer]
  state.list = list
  vim.api.nvim_buf_clear_namespace(buffer, places, 0, -1)
  local lines = vim.api.nvim_buf_line_count(buffer)
  for _, hunk in ipairs(list) do
    local first, last = hunk.range.start.line, hunk.range["end"].line
    -- A last line without a line break ends within itself.
    if hunk.range["end"].character > 0 then
      last = last + 1
    end
    hunk.lines = last - first
    hunk.mark = vim.api.nvim_buf_set_extmark(buffer, places, math.min(first, lines), 0, {
      end_row = math.min(math.max(first, last), lines),
      end_col = 0,
      strict = false,
    })
  end
  require("countersign.draw").buffer(buffer, M.of(buffer))
  announce()
end

local function ask(buffer)
  local state = buffers[buffer]
  local client = vim.api.nvim_buf_is_loaded(buffer) and vim.lsp.get_clients({ name = "countersign", bufnr = buffer })[1]
  if not state or not client then
    return
  end
  if state.asking then
    state.again = true
    return
  end
  state.asking, state.again = true, false
  local document = { textDocument = { uri = vim.uri_from_bufnr(buffer) } }
  local tick = vim.api.nvim_buf_get_changedtick(buffer)
  local asked = server.request(client, "countersign/hunks", document, function(error, result)
    local now = buffers[buffer]
    if now ~= state then
      return
    end
    state.asking = false
    if not error and result and vim.api.nvim_buf_is_loaded(buffer) then
      -- Of an older text: what changed since is told of soon, and asked for then.
      if vim.api.nvim_buf_get_changedtick(buffer) == tick then
        take(buffer, result.hunks)
      else
        state.again = true
      end
    end
    if state.again then
      M.refresh(buffer)
    end
  end, buffer)
  if not asked then
    state.asking = false
  end
end

-- Has a buffer's hunks asked for: now, or once there is a pause in the typing.
function M.refresh(buffer)
  local state = buffers[buffer]
  if not state then
    return
  end
  state.turn = (state.turn or 0) + 1
  if not vim.api.nvim_get_mode().mode:find("^[iR]") then
    return ask(buffer)
  end
  local turn = state.turn
  vim.defer_fn(function()
    if buffers[buffer] == state and state.turn == turn then
      ask(buffer)
    end
  end, PAUSE)
end

function M.refresh_all()
  for buffer in pairs(buffers) do
    M.refresh(buffer)
  end
end

-- The server takes a buffer in.
function M.attached(buffer)
  if not buffers[buffer] then
    buffers[buffer] = {}
    vim.api.nvim_create_autocmd("BufWipeout", {
      buffer = buffer,
      once = true,
      callback = function()
        buffers[buffer] = nil
      end,
    })
  end
  M.refresh(buffer)
end

-- What the server tells: `countersign/didChangeHunks`.
function M.told(client, params)
  counts[client] = counts[client] or {}
  -- Not by the address: it is spelled in one way while the file is open, and may be in another before.
  counts[client][vim.uri_to_fname(params.uri)] = params.counts
  local buffer = loaded(params.uri)
  if buffer and buffers[buffer] then
    M.refresh(buffer)
  end
  announce()
end

-- What the server tells: `countersign/didChangeWork`.
function M.work(client, is_at_work)
  at_work[client] = is_at_work or nil
  announce()
end

function M.is_at_work()
  return next(at_work) ~= nil
end

-- A server is gone, and with it what it told: what is drawn would be of nobody.
function M.forget(client)
  counts[client] = nil
  at_work[client] = nil
  for buffer in pairs(buffers) do
    local others = vim.tbl_filter(function(other)
      return other.id ~= client
    end, vim.lsp.get_clients({ name = "countersign", bufnr = buffer }))
    if #others == 0 then
      -- Also where nothing is drawn: an answer that was awaited never comes.
      buffers[buffer] = {}
      if vim.api.nvim_buf_is_loaded(buffer) then
        vim.api.nvim_buf_clear_namespace(buffer, places, 0, -1)
        require("countersign.draw").buffer(buffer, {})
      end
    end
  end
  announce()
end

-- The hunks of a buffer where they are now, from top to bottom: what the server said of each, `first` and `last` line from 1, and `at`, the
-- line on which the cursor meets it. Where lines were only taken away, `last` is the line before `first`.
function M.of(buffer)
  buffer = buffer == 0 and vim.api.nvim_get_current_buf() or buffer
  local state = buffers[buffer]
  local found = {}
  if not state or not vim.api.nvim_buf_is_loaded(buffer) then
    return found
  end
  for _, hunk in ipairs(state.list or {}) do
    local mark = vim.api.nvim_buf_get_extmark_by_id(buffer, places, hunk.mark, { details = true })
    if mark[1] then
      local first = mark[1] + 1
      local last = hunk.lines == 0 and mark[1] or mark[3].end_row
      local at = math.min(first, vim.api.nvim_buf_line_count(buffer))
      table.insert(found, vim.tbl_extend("force", hunk, { first = first, last = last, at = at, buffer = buffer }))
    end
  end
  return found
end

-- The hunks that lines touch, from 1. Lines that are gone are met on the line behind them, and at a file's end on its last.
function M.within(buffer, first, last)
  return vim.tbl_filter(function(hunk)
    return hunk.at <= last and first <= math.max(hunk.last, hunk.at)
  end, M.of(buffer))
end

-- What awaits review in all files, as the servers told it.
function M.counts()
  local sum = { agent = 0, mixed = 0, external = 0, findings = 0, files = 0 }
  for _, of_client in pairs(counts) do
    for _, one in pairs(of_client) do
      local pending = one.agent + one.mixed + one.external
      sum.files = sum.files + (pending > 0 and 1 or 0)
      for _, name in ipairs({ "agent", "mixed", "external", "findings" }) do
        sum[name] = sum[name] + one[name]
      end
    end
  end
  return sum
end

-- The hunks of all files of a server, as it says them; nil where it cannot be asked.
function M.all(client, done)
  local asked = server.request(client, "countersign/hunks", vim.empty_dict(), function(error, result)
    done(not error and result and result.hunks or nil)
  end)
  if not asked then
    done(nil)
  end
end

return M
