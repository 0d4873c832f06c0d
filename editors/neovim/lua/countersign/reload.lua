-- An agent wrote to a file that is open here: Neovim would see it at the next focus only. What was typed and not saved stays.
local M = {}

function M.catch_up(_, params)
  local file = vim.uri_to_fname(params.uri)
  if vim.fn.bufexists(file) == 0 then
    return
  end
  local buffer = vim.uri_to_bufnr(params.uri)
  if not vim.api.nvim_buf_is_loaded(buffer) or vim.bo[buffer].modified or vim.fn.mode() == "c" then
    return
  end
  -- Without 'autoread' Neovim would stop and ask.
  local own = vim.bo[buffer].autoread
  if own or own == nil and vim.go.autoread then
    vim.cmd.checktime(buffer)
  end
end

return M
