-- A file's hunks as a unified diff, each under a heading that says whose it is and what is held against it.
local draw = require("countersign.draw")

local M = {}

local CONTEXT = 3

local function lines_of(text)
  local lines = vim.split(text, "\n", { plain = true })
  if lines[#lines] == "" then
    table.remove(lines)
  end
  return lines
end

-- What differs, from 0: lines `gone` to before `gone_end` of the one text stand where `first` to before `last` of the other are.
local function differences(without, text)
  local found = {}
  for _, one in ipairs(vim.diff(without, text, { result_type = "indices", algorithm = "histogram" })) do
    local gone, gone_count, first, count = unpack(one)
    -- Of nothing the line before it is told.
    gone = gone_count == 0 and gone or gone - 1
    first = count == 0 and first or first - 1
    table.insert(found, { gone = gone, gone_end = gone + gone_count, first = first, last = first + count })
  end
  return found
end

-- The differences that are a hunk's, each given once. Two hunks that touch may be one difference.
local function take(differences_left, first, last)
  local taken = {}
  for at = #differences_left, 1, -1 do
    local one = differences_left[at]
    local touches = one.first < last and first < one.last
    if touches or ((one.first == one.last or first == last) and one.first <= last and first <= one.last) then
      table.insert(taken, 1, table.remove(differences_left, at))
    end
  end
  return taken
end

-- Adds a hunk's lines to `out`: lists of `text`, `hunk`, and `line`, where it stands in the file, from 1.
local function add_hunk(out, hunk, taken, before, after)
  local first, last = hunk.range.start.line, hunk.range["end"].line
  if hunk.range["end"].character > 0 then
    last = last + 1
  end
  local from, to = first, last
  for _, one in ipairs(taken) do
    from, to = math.min(from, one.first), math.max(to, one.last)
  end
  from, to = math.max(from - CONTEXT, 0), math.min(to + CONTEXT, #after)
  local function add(text, line)
    table.insert(out, { text = (text:gsub("\r$", "")), hunk = hunk, line = math.max(1, math.min(line, #after)) })
  end
  local heading = #out + 1
  add("", first + 1)
  for _, finding in ipairs(hunk.findings) do
    add(("# %s  %s: %s"):format(finding.severity, finding.rule, finding.message), first + 1)
  end
  local line, gone = from, 0
  for _, one in ipairs(taken) do
    for at = line, one.first - 1 do
      add(" " .. after[at + 1], at + 1)
    end
    for at = one.gone, one.gone_end - 1 do
      add("-" .. before[at + 1], one.first + 1)
    end
    for at = one.first, one.last - 1 do
      add("+" .. after[at + 1], at + 1)
    end
    line, gone = one.last, gone + (one.gone_end - one.gone) - (one.last - one.first)
  end
  for at = line, to - 1 do
    add(" " .. after[at + 1], at + 1)
  end
  local start = from - (taken[1] and taken[1].first - taken[1].gone or 0)
  out[heading].text = ("@@ -%d,%d +%d,%d @@ %s"):format(start + 1, to - from + gone, from + 1, to - from, draw.words(hunk))
end

-- A file's part: its name and its hunks, from its texts as |countersign.compare| has them.
function M.of(name, found, texts)
  local out = {
    { text = "--- " .. name, uri = found[1].uri },
    { text = "+++ " .. name, uri = found[1].uri },
  }
  local before, after = lines_of(texts.without), lines_of(texts.text)
  local left = differences(texts.without, texts.text)
  for _, hunk in ipairs(found) do
    local last = hunk.range["end"].line + (hunk.range["end"].character > 0 and 1 or 0)
    add_hunk(out, hunk, take(left, hunk.range.start.line, last), before, after)
  end
  return out
end

return M
