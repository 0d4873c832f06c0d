-- Diffs of files with and without what awaits review.
local say = require("countersign.say")
local server = require("countersign.server")

local M = {}

-- A document as it is and without its hunks, from the server.
function M.texts(client, uri, with_mine, done)
  local params = { textDocument = { uri = uri }, includeMine = with_mine }
  server.request(client, "countersign/without", params, function(error, result)
    if error then
      say.warn(error.message)
    end
    done(not error and result or { text = "", without = "" })
  end)
end

-- This file beside what a revert would leave of it, as a diff of two windows.
function M.open()
  local client, window, buffer = server.client(0), vim.api.nvim_get_current_win(), vim.api.nvim_get_current_buf()
  if not client then
    return say.warn("no server runs for this file")
  end
  M.texts(client, vim.uri_from_bufnr(buffer), false, function(texts)
    if not vim.api.nvim_win_is_valid(window) or vim.api.nvim_win_get_buf(window) ~= buffer then
      return
    end
    local scratch = vim.api.nvim_create_buf(false, true)
    local lines = vim.split((texts.without:gsub("\n$", "")), "\n", { plain = true })
    vim.api.nvim_buf_set_lines(scratch, 0, -1, false, lines)
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
