-- From hunk to hunk, and a hunk as a text object.
local hunks = require("countersign.hunks")
local say = require("countersign.say")

local M = {}

-- An operator that waits for a motion would take a cursor that stays for one, and do its work on this line. What ends it is an error, as
-- that of a search that finds nothing.
local function does_operator_wait()
  return vim.api.nvim_get_mode().mode:find("^no") ~= nil
end

local function say_none(text)
  local tell = does_operator_wait() and say.fail or say.say
  tell(text)
end

-- Goes so many hunks on, or back where it is negative; around the end as searches do.
function M.go(count)
  local line = vim.api.nvim_win_get_cursor(0)[1]
  local lines = vim.tbl_map(function(hunk)
    return hunk.at
  end, hunks.of(0))
  if #lines == 0 then
    return say_none("no hunk here")
  end
  local before = line
  table.sort(lines)
  local step = count > 0 and 1 or -1
  for _ = 1, math.abs(count) do
    local found
    for at = step > 0 and 1 or #lines, step > 0 and #lines or 1, step do
      if (lines[at] - line) * step > 0 then
        found = lines[at]
        break
      end
    end
    found = found or (vim.o.wrapscan and lines[step > 0 and 1 or #lines])
    if not found then
      break
    end
    line = found
  end
  if line == before and does_operator_wait() then
    return say.fail("no other hunk here")
  end
  -- So that `` and CTRL-O lead back.
  vim.cmd("normal! m'")
  vim.api.nvim_win_set_cursor(0, { line, 0 })
  vim.cmd("normal! ^zv")
end

-- Selects the lines of the hunk under the cursor. One that only took lines away has none.
function M.select()
  local line = vim.api.nvim_win_get_cursor(0)[1]
  for _, hunk in ipairs(hunks.within(0, line, line)) do
    if hunk.first <= hunk.last then
      -- What was selected before is no part of it.
      if vim.api.nvim_get_mode().mode:find("^[vV\22]") then
        vim.cmd("normal! \27")
      end
      vim.cmd(("normal! %dGV%dG"):format(hunk.first, hunk.last))
      return
    end
  end
  say_none("no hunk on this line")
end

return M
