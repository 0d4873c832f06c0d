-- Diffs of files with and without what awaits review.
local say = require("countersign.say")
local server = require("countersign.server")

local M = {}

-- A document as it is and without its hunks, from the server; nil where that cannot be asked.
function M.texts(client, uri, with_mine, done)
  local params = { textDocument = { uri = uri }, includeMine = with_mine }
  local asked = server.request(client, "countersign/without", params, function(error, result)
    if error then
      say.warn(error.message)
    end
    done(not error and result or nil)
  end)
  if not asked then
    done(nil)
  end
end

local LINE_END = { dos = "\r\n", mac = "\r", unix = "\n" }

-- A text's lines as a buffer of that 'fileformat' has them.
local function lines_of(text, format)
  local line_end = LINE_END[format]
  if vim.endswith(text, line_end) then
    text = text:sub(1, -#line_end - 1)
  end
  return vim.split(text, line_end, { plain = true })
end

local function is_empty(buffer)
  return vim.api.nvim_buf_line_count(buffer) == 1 and vim.api.nvim_buf_get_lines(buffer, 0, 1, true)[1] == ""
end

-- This file beside what a revert would leave of it, as a diff of two windows.
function M.open()
  local window, buffer = vim.api.nvim_get_current_win(), vim.api.nvim_get_current_buf()
  -- No other: it would know nothing of the file.
  local client = vim.lsp.get_clients({ name = "countersign", bufnr = buffer })[1]
  if not client then
    return say.warn("no server runs for this file")
  end
  M.texts(client, vim.uri_from_bufnr(buffer), false, function(texts)
    if not vim.api.nvim_win_is_valid(window) or vim.api.nvim_win_get_buf(window) ~= buffer then
      return
    end
    -- Beside an empty text all of the file would seem the agents', and would be gone with the first :diffget.
    if not texts or (texts.text == "" and not is_empty(buffer)) then
      return say.warn("nothing is known of this file")
    end
    local format = vim.bo[buffer].fileformat
    local scratch = vim.api.nvim_create_buf(false, true)
    vim.api.nvim_buf_set_lines(scratch, 0, -1, false, lines_of(texts.without, format))
    vim.bo[scratch].fileformat = format
    vim.bo[scratch].bufhidden = "wipe"
    vim.bo[scratch].modifiable = false
    pcall(vim.api.nvim_buf_set_name, scratch, vim.api.nvim_buf_get_name(buffer) .. " (without the agents)")
    vim.api.nvim_win_call(window, vim.cmd.diffthis)
    local beside = vim.api.nvim_open_win(scratch, false, { split = "left", win = window })
    -- Its colours, without its servers.
    vim.bo[scratch].syntax = vim.bo[buffer].filetype
    vim.api.nvim_win_call(beside, vim.cmd.diffthis)
    vim.api.nvim_create_autocmd("BufWipeout", {
      buffer = scratch,
      once = true,
      callback = function()
        if vim.api.nvim_win_is_valid(window) then
          vim.api.nvim_win_call(window, function()
            vim.cmd.diffoff()
          end)
        end
      end,
    })
  end)
end

return M
