-- The options, and what they are without `setup`.
local M = {}

local defaults = {
  -- The program; none: the one that `countersign init` wrote down, else `countersign` on the PATH.
  program = nil,
  -- Whether a clean buffer is reloaded when an agent has written its file.
  reload = true,
  -- What is drawn beside the lines of each author; false draws none. Words as well as colours: see |countersign-highlights|.
  signs = {
    agent = "a",
    mixed = "m",
    external = "x",
    -- Follows an author's sign where lines were only taken away.
    removed = "-",
    priority = 8,
  },
  -- Whether a hunk's first line names its author at its end.
  virtual_text = true,
  -- Whether the lines that a hunk took away are shown above it.
  removed_lines = false,
  -- Whether what an agent must ask is asked here; else Neovim asks in its own way.
  questions = true,
  -- Whether the server is told which hunks are looked at, for the times that reviews took. It keeps that to itself.
  views = true,
}

M.options = vim.deepcopy(defaults)

local function is_of_type(known, name, value)
  if name == "program" then
    return type(value) == "string" or type(value) == "table"
  end
  return type(value) == type(known) or (name == "signs" and value == false)
end

local function complain(name, why)
  require("countersign.say").warn(("setup: `%s` %s"):format(name, why))
end

-- What is not known or of another type is said, and the rest holds.
function M.set(options)
  for name, value in pairs(options) do
    local known = defaults[name]
    if known == nil and name ~= "program" then
      complain(name, "is no option")
    elseif not is_of_type(known, name, value) then
      complain(name, "is of the wrong type: " .. type(value))
    elseif name == "signs" and value then
      M.options.signs = vim.tbl_extend("force", defaults.signs, value)
    else
      M.options[name] = value
    end
  end
end

-- Switches what is drawn on or off.
function M.toggle(name)
  if name == "signs" then
    M.options.signs = not M.options.signs and vim.deepcopy(defaults.signs) or false
  else
    M.options[name] = not M.options[name]
  end
end

return M
