-- Starts Countersign's language server for files of workspaces that hold a `.countersign.toml`, in Neovim 0.10 and later.
-- `countersign init` puts this file into Neovim's plugin folder; `countersign init --remove` takes it away.
local installed = "countersign"

if vim.g.loaded_countersign or not (vim.lsp and vim.fs and vim.fs.root) then
  return
end
vim.g.loaded_countersign = true

-- An agent wrote to a file that is open here: Neovim would see it at the next focus only. What was typed and not saved stays.
local function catch_up(_, params)
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

local function attach(buffer)
  if vim.bo[buffer].buftype ~= "" or vim.api.nvim_buf_get_name(buffer) == "" then
    return
  end
  local root = vim.fs.root(buffer, ".countersign.toml")
  local program = vim.fn.executable(installed) == 1 and installed or "countersign"
  if not root or vim.fn.executable(program) ~= 1 then
    return
  end
  vim.lsp.start({
    name = "countersign",
    cmd = { program, "lsp" },
    root_dir = root,
    handlers = { ["countersign/didChangeHunks"] = catch_up },
  }, { bufnr = buffer })
end

-- Not FileType: an agent may write files of no type, too.
vim.api.nvim_create_autocmd({ "BufReadPost", "BufNewFile", "BufFilePost" }, {
  group = vim.api.nvim_create_augroup("countersign", {}),
  callback = function(event)
    attach(event.buf)
  end,
})
for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
  if vim.api.nvim_buf_is_loaded(buffer) then
    attach(buffer)
  end
end
