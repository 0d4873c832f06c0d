-- The program `countersign`: where it is, and what it says when it is run.
-- `countersign init` writes down where it is.
local installed = "countersign"

local M = {}

-- The command that starts it, as a list; nil where there is none that can be run.
function M.command()
  local chosen = require("countersign.config").options.program
  if type(chosen) == "table" then
    return vim.fn.executable(chosen[1]) == 1 and vim.deepcopy(chosen) or nil
  end
  for _, name in ipairs(chosen and { chosen } or { installed, "countersign" }) do
    if vim.fn.executable(name) == 1 then
      return { name }
    end
  end
  return nil
end

-- Runs it in a folder and gives `code`, `stdout` and `stderr` to a callback, in the main loop.
function M.run(folder, arguments, done)
  local command = M.command()
  if not command then
    return done({ code = 127, stdout = "", stderr = "the program `countersign` was not found: see :checkhealth countersign" })
  end
  vim.list_extend(command, arguments)
  vim.system(command, { cwd = folder, text = true, env = { NO_COLOR = "1" } }, vim.schedule_wrap(done))
end

return M
