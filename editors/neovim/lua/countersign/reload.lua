-- An agent wrote to a file that is open here: Neovim would see it at the next focus only. What was typed and not saved stays. What is
-- read moves lines, also under a selection and under the cursor that inserts, so it comes when nothing of that is under way.
local M = {}

-- Buffers whose file is newer, until they can be read.
local pending = {}
-- Buffers that were opened before there was a file: of one that comes, Neovim would ask, in a dialog that takes keys.
local unread = {}

local group = vim.api.nvim_create_augroup("countersign-reload", {})

-- Nothing is selected, inserted or asked. In a terminal the agent itself may be talked to; it is no file that is read.
local function is_at_rest()
  local mode = vim.api.nvim_get_mode()
  return (mode.mode == "n" or mode.mode == "nt" or mode.mode == "t") and not mode.blocking and vim.fn.getcmdwintype() == ""
end

-- Reads the file that has come of a buffer that nothing stands in.
local function read_first(buffer)
  if vim.api.nvim_buf_line_count(buffer) == 1 and vim.api.nvim_buf_get_lines(buffer, 0, 1, true)[1] == "" then
    vim.api.nvim_buf_call(buffer, function()
      vim.cmd("silent edit!")
    end)
  end
end

local function look(buffer)
  -- Of a file that is gone Neovim would complain, and stop for it.
  if
    not vim.api.nvim_buf_is_loaded(buffer)
    or vim.bo[buffer].modified
    or not vim.uv.fs_stat(vim.api.nvim_buf_get_name(buffer))
  then
    return
  end
  -- Without 'autoread' Neovim would stop and ask.
  local own = vim.bo[buffer].autoread
  if not (own or own == nil and vim.go.autoread) then
    return
  end
  if unread[buffer] then
    read_first(buffer)
  else
    vim.cmd.checktime(buffer)
  end
end

local wait

local function look_at_pending()
  if not is_at_rest() then
    return wait()
  end
  local now = pending
  pending = {}
  for buffer in pairs(now) do
    -- What fails when nothing is in the way would fail again.
    pcall(look, buffer)
  end
end

function wait()
  vim.api.nvim_clear_autocmds({ group = group, event = "SafeState" })
  vim.api.nvim_create_autocmd("SafeState", {
    group = group,
    callback = function()
      if is_at_rest() then
        -- Not in the event itself: what is read has events of its own.
        vim.schedule(look_at_pending)
        return true
      end
    end,
  })
end

function M.catch_up(_, params)
  local file = vim.uri_to_fname(params.uri)
  if vim.fn.bufexists(file) == 0 then
    return
  end
  local buffer = vim.uri_to_bufnr(params.uri)
  -- It may be at rest and still not let any text be changed, as in the middle of a mapping.
  if not is_at_rest() or not pcall(look, buffer) then
    pending[buffer] = true
    wait()
  end
end

-- Keeps in mind which buffers were never read or written.
function M.note(event)
  if event.event == "BufNewFile" then
    unread[event.buf] = true
  elseif event.event == "BufReadPost" or event.match == vim.api.nvim_buf_get_name(event.buf) then
    unread[event.buf] = nil
  end
end

vim.api.nvim_create_autocmd({ "BufReadPost", "BufNewFile", "BufWritePost" }, { group = group, callback = M.note })
vim.api.nvim_create_autocmd("BufWipeout", {
  group = group,
  callback = function(event)
    pending[event.buf], unread[event.buf] = nil, nil
  end,
})

return M
