-- Tells the server which changes were typed, since it cannot tell typing from what programs do. Said before the change itself goes out,
-- and only when it becomes otherwise: no key costs a message.
local server = require("countersign.server")

local M = {}

-- Keys that a person typed so far, and those that are done with: what they change is changed before anything else has its turn.
local typed, done = 0, 0
-- By buffer: whether its changes were last said to be typed; nil where nothing was said.
local said = {}
-- By buffer: whether its first change with this server is still to come, and whether Neovim told the server nothing of it. Neovim does
-- that for good where a buffer was changed in between two servers, whichever, before the plugin was there.
local is_new, deaf = {}, {}

vim.on_key(function(_, key)
  if not key or key == "" then
    return
  end
  typed = typed + 1
  local this = typed
  vim.schedule(function()
    done = math.max(done, this)
  end)
end, vim.api.nvim_create_namespace("countersign-typing"))

local function changed(buffer, version)
  -- Elsewhere keys are commands, which may do anything.
  local is_typed = typed > done and vim.api.nvim_get_mode().mode:find("^[iR]") ~= nil
  if said[buffer] == is_typed then
    return
  end
  local client = vim.lsp.get_clients({ name = "countersign", bufnr = buffer })[1]
  if client then
    said[buffer] = is_typed
    server.notify(client, "countersign/didEdit", {
      uri = vim.uri_from_bufnr(buffer),
      version = version,
      typed = is_typed,
    })
  end
end

local function check(buffer, version)
  if is_new[buffer] and #vim.lsp.get_clients({ name = "countersign", bufnr = buffer }) > 0 then
    is_new[buffer] = nil
    -- Once Neovim's own client has heard of it, too.
    vim.schedule(function()
      deaf[buffer] = (vim.lsp.util.buf_versions[buffer] or 0) < version or nil
    end)
  end
end

-- Watches a buffer. What is said must come before the change that it is about: Neovim's client hears of lines, and where another server was
-- there first, it hears before us. Of bytes all hear before any hears of lines.
function M.watch(buffer)
  if said[buffer] ~= nil then
    return
  end
  said[buffer] = vim.NIL
  vim.api.nvim_buf_attach(buffer, false, {
    on_bytes = function(_, _, before)
      changed(buffer, before + 1)
    end,
    -- Of a change of which no bytes are told.
    on_lines = function(_, _, version)
      changed(buffer, version)
      check(buffer, version)
    end,
    -- The server is told of another document then.
    on_reload = function()
      said[buffer] = vim.NIL
    end,
    on_detach = function()
      said[buffer], is_new[buffer], deaf[buffer] = nil, nil, nil
    end,
  })
end

-- A server begins: it was told nothing.
function M.attached(buffer)
  said[buffer] = said[buffer] ~= nil and vim.NIL or nil
  is_new[buffer], deaf[buffer] = true, nil
end

-- Whether the server knows a text of a buffer that is none any more.
function M.is_deaf(buffer)
  return deaf[buffer] ~= nil
end

return M
