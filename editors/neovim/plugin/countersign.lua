-- Starts Countersign for files of workspaces that hold a `.countersign.toml`, and names its command and its keys.
if vim.g.loaded_countersign then
  return
end
vim.g.loaded_countersign = true

if vim.fn.has("nvim-0.10") == 0 then
  vim.notify_once("Countersign needs Neovim 0.10 or later", vim.log.levels.WARN)
  return
end

local group = vim.api.nvim_create_augroup("countersign", {})

-- Not FileType: an agent may write files of no type, too.
vim.api.nvim_create_autocmd({ "BufReadPost", "BufNewFile", "BufFilePost" }, {
  group = group,
  callback = function(event)
    if event.event == "BufNewFile" then
      -- The first of them comes before it listens itself.
      require("countersign.reload").note(event)
    end
    require("countersign.server").attach(event.buf)
  end,
})
for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
  if vim.api.nvim_buf_is_loaded(buffer) then
    if not vim.uv.fs_stat(vim.api.nvim_buf_get_name(buffer)) then
      require("countersign.reload").note({ event = "BufNewFile", buf = buffer })
    end
    require("countersign.server").attach(buffer)
  end
end

vim.api.nvim_create_user_command("Countersign", function(command)
  require("countersign.command").run(command)
end, {
  nargs = "*",
  range = true,
  desc = "Review what agents wrote",
  complete = function(_, line, column)
    return require("countersign.command").complete(line:sub(1, column))
  end,
})

local function plug(modes, name, does, description)
  vim.keymap.set(modes, "<Plug>(countersign-" .. name .. ")", does, { desc = "Countersign: " .. description })
end

local function run(words)
  return ("<Cmd>Countersign %s<CR>"):format(words)
end

plug({ "n", "x", "o" }, "next", function()
  require("countersign.motions").go(vim.v.count1)
end, "next hunk")
plug({ "n", "x", "o" }, "prev", function()
  require("countersign.motions").go(-vim.v.count1)
end, "previous hunk")
plug({ "x", "o" }, "hunk", function()
  require("countersign.motions").select()
end, "a hunk")
plug("n", "revert", run("revert"), "revert the hunk")
plug("n", "accept", run("accept"), "accept the hunk")
-- With `:` and its range, which <Cmd> has not.
plug("x", "revert", ":Countersign revert<CR>", "revert the selected hunks")
plug("x", "accept", ":Countersign accept<CR>", "accept the selected hunks")
plug("n", "revert-file", run("revert file"), "revert the agents' hunks of this file")
plug("n", "accept-file", run("accept file"), "accept the agents' hunks of this file")
plug("n", "review", run("review"), "review all that is pending")
plug("n", "diff", run("diff"), "compare with the file without the agents")
plug("n", "answer", run("answer"), "answer an agent's question")
