-- The quickfix list of all hunks, and the location list of a file's.
local draw = require("countersign.draw")
local hunks = require("countersign.hunks")
local say = require("countersign.say")
local server = require("countersign.server")

local M = {}

-- A hunk is a warning where something is held against it.
local function item(hunk, first, last)
  local rules = vim.tbl_map(function(finding)
    return ("%s: %s"):format(finding.rule, finding.message)
  end, hunk.findings)
  local text = ("%s +%d -%d"):format(draw.words(hunk), hunk.added, hunk.removed)
  return {
    filename = vim.uri_to_fname(hunk.uri),
    lnum = first,
    end_lnum = math.max(first, last),
    col = 1,
    type = #rules > 0 and "W" or "I",
    text = table.concat({ text, unpack(rules) }, "; "),
  }
end

-- All hunks of all files, in the quickfix list.
function M.quickfix()
  local clients = server.clients()
  local items, left, is_whole = {}, #clients, true
  for _, client in ipairs(clients) do
    hunks.all(client, function(found)
      is_whole = is_whole and found ~= nil
      for _, hunk in ipairs(found or {}) do
        table.insert(items, item(hunk, hunk.range.start.line + 1, hunk.range["end"].line))
      end
      left = left - 1
      if left == 0 then
        vim.fn.setqflist({}, " ", { title = "Countersign: what awaits review", items = items })
        vim.cmd.copen()
        if not is_whole then
          say.warn("what awaits review could not be asked: see :checkhealth countersign")
        end
      end
    end)
  end
  if #clients == 0 then
    say.warn("no server runs")
  end
end

-- The hunks of this file, in the window's location list.
function M.loclist()
  local items = vim.tbl_map(function(hunk)
    return item(hunk, hunk.at, hunk.last)
  end, hunks.of(0))
  vim.fn.setloclist(0, {}, " ", { title = "Countersign: what awaits review here", items = items })
  vim.cmd.lopen()
end

return M
