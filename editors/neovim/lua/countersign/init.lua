-- What users call: everything works without `setup`, which changes what is said in |countersign-options|.
local M = {}

-- Takes options over the defaults; may be called more than once.
function M.setup(options)
  require("countersign.config").set(options or {})
  require("countersign.hunks").refresh_all()
end

-- For status lines; cheap, asks nobody. A table with the counts, whose `text` is short, and empty where there is nothing to say.
function M.status()
  return require("countersign.status").now()
end

-- Hunks of a buffer (the current one without any) as they stand now: `first` and `last` line from 1, `author`, `findings`, `id`. Where lines
-- were only taken away, `last` is the line before `first`.
function M.hunks(buffer)
  return require("countersign.hunks").of(buffer or 0)
end

function M.next(count)
  require("countersign.motions").go(count or 1)
end

function M.prev(count)
  require("countersign.motions").go(-(count or 1))
end

-- Selects the hunk under the cursor: a text object.
function M.select()
  require("countersign.motions").select()
end

function M.review()
  require("countersign.review").open()
end

return M
