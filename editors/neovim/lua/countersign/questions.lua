-- What agents must ask: put by `vim.ui.select`, which most configurations make their own. It takes keys, so it comes only when the person
-- rests in normal mode: what is being typed is no answer.
local say = require("countersign.say")

local M = {}

-- Questions that wait to be put; the first is `shown` while it is.
local queue = {}
local shown = false
local notice
-- No key for so long is a rest, in ms.
local REST = 700
local keys = vim.api.nvim_create_namespace("countersign-questions")
local turn = 0

local show

local function is_at_rest()
  local mode = vim.api.nvim_get_mode()
  return mode.mode == "n" and not mode.blocking and vim.fn.getcmdwintype() == ""
end

-- In a corner, in a window that takes no key: a message would be gone with the next one.
local function close_notice()
  if notice and vim.api.nvim_win_is_valid(notice) then
    vim.api.nvim_win_close(notice, true)
  end
  notice = nil
end

local function tell(message)
  close_notice()
  local text = say.shortened(message, math.max(20, vim.o.columns - 40)) .. " (:Countersign answer)"
  local buffer = vim.api.nvim_create_buf(false, true)
  vim.bo[buffer].bufhidden = "wipe"
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, { " " .. text .. " " })
  notice = vim.api.nvim_open_win(buffer, false, {
    relative = "editor",
    anchor = "NE",
    row = 0,
    col = vim.o.columns,
    width = math.min(vim.fn.strdisplaywidth(text) + 2, vim.o.columns),
    height = 1,
    style = "minimal",
    focusable = false,
    noautocmd = true,
    zindex = 200,
  })
  vim.wo[notice].winhighlight = "Normal:WarningMsg"
end

-- Watches the keys while a question waits, and at no other time.
local function wait()
  if #queue == 0 or shown then
    return vim.on_key(nil, keys)
  end
  turn = turn + 1
  local this = turn
  vim.defer_fn(function()
    if this == turn and #queue > 0 and not shown and is_at_rest() then
      show()
    end
  end, REST)
end

local function watch()
  vim.on_key(wait, keys)
  wait()
end

-- The one before is done with: the next waits for a rest.
local function next_one()
  if #queue == 0 then
    return
  end
  if not is_at_rest() then
    tell(queue[1].message)
  end
  watch()
end

function show()
  local question = queue[1]
  if not question or shown then
    return
  end
  shown = true
  vim.on_key(nil, keys)
  close_notice()
  local options = {
    prompt = question.message .. ": ",
    kind = "countersign",
    format_item = function(item)
      return item.title
    end,
  }
  -- The default one calls back before it returns, and what is resumed must have yielded.
  local answer = vim.schedule_wrap(function(choice)
    -- One that was put twice is answered once.
    if queue[1] == question then
      table.remove(queue, 1)
      shown = false
      question.answer(choice or vim.NIL)
      vim.cmd.redrawstatus({ bang = true })
      next_one()
    end
  end)
  local ok, why = pcall(vim.ui.select, question.actions, options, answer)
  if not ok then
    say.warn("the question could not be put: " .. tostring(why))
    answer(nil)
  end
end

-- A server is gone, and with it who asked: what it asked would stand before what others ask.
function M.forget(client)
  local first = queue[1]
  queue = vim.tbl_filter(function(question)
    return question.client ~= client
  end, queue)
  if queue[1] == first then
    return
  end
  shown = false
  close_notice()
  next_one()
  vim.cmd.redrawstatus({ bang = true })
end

-- Answers `window/showMessageRequest`. With no screen there is no person: the agent's own question comes, or the policy.
function M.ask(_, params, context)
  local co, is_main = coroutine.running()
  if not co or is_main or #(params.actions or {}) == 0 or #vim.api.nvim_list_uis() == 0 then
    return vim.NIL
  end
  table.insert(queue, {
    message = params.message,
    actions = params.actions,
    client = context.client_id,
    answer = function(choice)
      coroutine.resume(co, choice)
    end,
  })
  -- One that is put now may have been closed with no word of it.
  if shown or not is_at_rest() then
    tell(params.message)
  end
  watch()
  vim.cmd.redrawstatus({ bang = true })
  return coroutine.yield()
end

-- Puts the first question that waits now.
function M.put()
  if #queue == 0 then
    return say.say("no agent asks anything")
  end
  -- Some that draw their own forget to say that they were closed.
  shown = false
  show()
end

function M.waiting()
  return #queue
end

return M
