-- `:Countersign`: its words, and what they complete to.
local say = require("countersign.say")

local M = {}

-- Words of which one of each list may be said, in any order.
local TARGETS = { "hunk", "file", "session", "all" }
local MORE = { revert = { "mine", "now", "wait" }, accept = {} }
local FIELD = { mine = "includeMine", now = "now", wait = "wait" }
local SHOWN = { signs = "signs", text = "virtual_text", removed = "removed_lines" }
local FIRST = {
  "accept",
  "answer",
  "diff",
  "health",
  "loclist",
  "log",
  "messages",
  "next",
  "prev",
  "provenance",
  "quickfix",
  "refresh",
  "restart",
  "revert",
  "review",
  "scope",
  "status",
  "toggle",
}

local function decide(what, words, command)
  local which, with = "hunk", {}
  for _, word in ipairs(words) do
    if vim.list_contains(TARGETS, word) then
      which = word
    elseif vim.list_contains(MORE[what], word) then
      with[FIELD[word]] = true
    else
      return say.warn(("`%s` is nothing to %s"):format(word, what))
    end
  end
  require("countersign.act").act(what, which, command.line1, command.line2, with)
end

-- Shows lines in a window of their own.
local function show(lines)
  local buffer = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, lines)
  vim.bo[buffer].bufhidden = "wipe"
  vim.bo[buffer].modifiable = false
  vim.keymap.set("n", "q", "<Cmd>bwipeout<CR>", { buffer = buffer, nowait = true })
  vim.cmd.split()
  vim.api.nvim_win_set_buf(0, buffer)
end

-- Runs the program in the buffer's workspace and shows what it says: short on the command line, long in a window.
local function ask_program(arguments)
  local client = require("countersign.server").client(0)
  local root = client and client.config.root_dir or vim.fs.root(0, ".countersign.toml") or vim.fn.getcwd()
  require("countersign.program").run(root, arguments, function(ended)
    local said = vim.trim(ended.code == 0 and ended.stdout or (ended.stderr .. ended.stdout))
    if ended.code ~= 0 then
      return say.warn((said:gsub("^countersign: ", "")))
    end
    if not said:find("\n") then
      return say.say(said == "" and "done" or said)
    end
    show(vim.split(said, "\n", { plain = true }))
  end)
end

local function toggle(words)
  local option = SHOWN[words[1]]
  if not option then
    return say.warn("toggle what: " .. table.concat(vim.tbl_keys(SHOWN), ", ") .. "?")
  end
  require("countersign.config").toggle(option)
  require("countersign.draw").all()
end

local function say_status()
  local status = require("countersign").status()
  local text = status.text ~= "" and status.text or "nothing to review"
  if status.server == "none" then
    text = "no server runs: see :checkhealth countersign"
  end
  say.say(text)
end

local DOES = {
  accept = function(words, command)
    decide("accept", words, command)
  end,
  revert = function(words, command)
    decide("revert", words, command)
  end,
  answer = function()
    require("countersign.questions").put()
  end,
  diff = function()
    require("countersign.compare").open()
  end,
  health = function()
    vim.cmd.checkhealth("countersign")
  end,
  loclist = function()
    require("countersign.lists").loclist()
  end,
  log = function(words)
    ask_program({ "log", unpack(words) })
  end,
  messages = function()
    show(say.history())
  end,
  next = function()
    require("countersign.motions").go(1)
  end,
  prev = function()
    require("countersign.motions").go(-1)
  end,
  provenance = function()
    vim.lsp.buf.hover()
  end,
  quickfix = function()
    require("countersign.lists").quickfix()
  end,
  refresh = function()
    require("countersign.hunks").refresh_all()
  end,
  restart = function()
    require("countersign.server").restart()
  end,
  review = function()
    require("countersign.review").open()
  end,
  scope = function(words)
    ask_program({ "scope", unpack(words) })
  end,
  status = say_status,
  toggle = toggle,
}

function M.run(command)
  local words = command.fargs
  local first = table.remove(words, 1) or "status"
  local does = DOES[first]
  if not does then
    return say.warn(("`%s` is not known: see :help :Countersign"):format(first))
  end
  does(words, command)
end

-- What may stand after each first word.
local function after(first)
  if first == "revert" or first == "accept" then
    return vim.list_extend(vim.list_slice(TARGETS), MORE[first])
  end
  local known = { toggle = vim.tbl_keys(SHOWN), scope = { "show", "set", "add", "clear" }, log = { "--verify" } }
  return known[first] or {}
end

-- The words that a command line may go on with.
function M.complete(line)
  local words = vim.split(line:gsub("^.-Countersign!?%s+", ""), "%s+")
  local begun = words[#words]
  local known = #words == 1 and FIRST or after(words[1])
  known = vim.tbl_filter(function(word)
    return vim.startswith(word, begun) and not vim.list_contains(vim.list_slice(words, 1, #words - 1), word)
  end, known)
  table.sort(known)
  return known
end

return M
