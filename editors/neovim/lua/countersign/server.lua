-- The language server: one for each workspace, started for its files, and started again when it died.
local program = require("countersign.program")

local M = {}

-- Crashes by workspace: how many in a row, when the last was, in ms, and whether it was given up. One that refuses is given up at once.
local crashes = {}
-- A server that ran so long is no part of a row, in ms.
local STEADY = 120000
local MOST = 5
-- Whether it was said that there is no program.
local missed = false

local function handlers()
  local options = require("countersign.config").options
  local given = {
    ["workspace/applyEdit"] = require("countersign.edits").apply,
    ["window/showMessage"] = require("countersign.say").show,
    ["countersign/didChangeWork"] = function(_, params, context)
      require("countersign.hunks").work(context.client_id, params.atWork)
    end,
    ["countersign/didChangeHunks"] = function(error, params, context)
      if params and context then
        require("countersign.hunks").told(context.client_id, params)
      end
      if options.reload then
        require("countersign.reload").catch_up(error, params)
      end
    end,
  }
  if options.questions then
    given["window/showMessageRequest"] = require("countersign.questions").ask
  end
  return given
end

-- Whether a server ended of itself. One that was told to stop by SIGTERM was stopped by somebody who meant it.
local function is_crash(code, signal)
  return vim.v.exiting == vim.NIL and signal ~= 15 and (code ~= 0 or signal ~= 0)
end

local function ended(root, code, signal, id)
  require("countersign.hunks").forget(id)
  require("countersign.views").forget(id)
  require("countersign.questions").forget(id)
  require("countersign.review").forget()
  if not is_crash(code, signal) then
    return
  end
  local now = vim.uv.now()
  local row = crashes[root]
  if not row or now - row.last > STEADY then
    row = { count = 0 }
  end
  row.count, row.last = row.count + 1, now
  crashes[root] = row
  if row.count >= MOST then
    row.given_up = true
    local how = signal ~= 0 and ("signal " .. signal) or ("code " .. code)
    local text = "the server ended %d times (%s): see :checkhealth countersign"
    require("countersign.say").say(text:format(row.count, how), vim.log.levels.ERROR)
    return
  end
  vim.defer_fn(function()
    M.attach_all(root)
  end, 100 * 2 ^ row.count)
end

-- What Neovim can, and that we want to hear when agents are at work.
local function capabilities()
  return vim.tbl_deep_extend("force", vim.lsp.protocol.make_client_capabilities(), {
    experimental = { countersign = { work = true } },
  })
end

-- A refusal is no crash: it would refuse again. Neovim itself answers one with a stack of Lua calls, and keeps the process.
local function refused(root, why)
  crashes[root] = { count = 0, last = vim.uv.now(), given_up = true, why = why }
  require("countersign.say").say(("nothing is overseen here (see :checkhealth countersign): %s"):format(why), vim.log.levels.ERROR)
end

-- Starts a program as Neovim does, but for what becomes of a refusal.
local function starting(command, root)
  return function(dispatchers)
    local rpc = vim.lsp.rpc.start(command, dispatchers, {})
    local request = rpc.request
    rpc.request = function(method, params, callback, ...)
      if method ~= "initialize" then
        return request(method, params, callback, ...)
      end
      return request(method, params, function(failed, result)
        if not failed then
          return callback(failed, result)
        end
        refused(root, failed.message)
        rpc.terminate()
      end, ...)
    end
    return rpc
  end
end

-- A client that never is one: it has no process and stays uninitialized, so that nobody asks it for anything and no list shows it. It keeps
-- Neovim's ear at the buffers whose server is gone. With no client at all Neovim stops listening to a buffer at its next change, and never
-- begins again: a server that came later would hear of no change, and revert lines that stand elsewhere by then.
local keeper

local function nobody(dispatchers)
  local is_closing = false
  local function takes()
    return true, 1
  end
  return {
    request = takes,
    notify = takes,
    is_closing = function()
      return is_closing
    end,
    terminate = function()
      if not is_closing then
        is_closing = true
        dispatchers.on_exit(0, 0)
      end
    end,
  }
end

-- This comes at the last moment at which a buffer has its server, however that went: there is none without a client.
vim.api.nvim_create_autocmd("LspDetach", {
  group = vim.api.nvim_create_augroup("countersign-server", {}),
  callback = function(event)
    local client = vim.lsp.get_client_by_id(event.data.client_id)
    if vim.v.exiting ~= vim.NIL or not client or client.name ~= "countersign" or not vim.api.nvim_buf_is_loaded(event.buf) then
      return
    end
    keeper = vim.lsp.start({ name = "countersign-keeper", cmd = nobody }, {
      bufnr = event.buf,
      reuse_client = function(other)
        return other.id == keeper and not other.rpc.is_closing()
      end,
    })
  end,
})

-- Starts the server of a buffer's workspace, or has the one that runs take the buffer in.
function M.attach(buffer)
  if vim.bo[buffer].buftype ~= "" or vim.api.nvim_buf_get_name(buffer) == "" then
    return
  end
  local root = vim.fs.root(buffer, ".countersign.toml")
  if not root or M.has_given_up(root) then
    return
  end
  local command = program.command()
  if not command then
    if not missed then
      missed = true
      require("countersign.say").warn("its program was not found: see :checkhealth countersign")
    end
    return
  end
  table.insert(command, "lsp")
  require("countersign.typing").watch(buffer)
  vim.lsp.start({
    name = "countersign",
    cmd = starting(command, root),
    root_dir = root,
    capabilities = capabilities(),
    handlers = handlers(),
    on_attach = function(_, attached)
      require("countersign.hunks").attached(attached)
      require("countersign.typing").attached(attached)
      require("countersign.views")
    end,
    on_exit = function(code, signal, id)
      vim.schedule(function()
        ended(root, code, signal, id)
      end)
    end,
  }, { bufnr = buffer })
end

-- The same for all loaded buffers of a workspace, or of all.
function M.attach_all(root)
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(buffer) and (not root or vim.fs.root(buffer, ".countersign.toml") == root) then
      M.attach(buffer)
    end
  end
end

-- All servers that run.
function M.clients()
  return vim.lsp.get_clients({ name = "countersign" })
end

-- The server of a buffer; the only one that runs where the buffer has none, such as a help page.
function M.client(buffer)
  local of_buffer = vim.lsp.get_clients({ name = "countersign", bufnr = buffer or 0 })
  local all = M.clients()
  return of_buffer[1] or (#all == 1 and all[1] or nil)
end

-- Asks a server. Neovim 0.11 made functions of clients methods.
function M.request(client, method, params, done, buffer)
  if vim.fn.has("nvim-0.11") == 1 then
    return client:request(method, params, done, buffer)
  end
  return client.request(method, params, done, buffer)
end

-- Tells a server something.
function M.notify(client, method, params)
  if vim.fn.has("nvim-0.11") == 1 then
    return client:notify(method, params)
  end
  return client.notify(method, params)
end

local function stop(client, by_force)
  if vim.fn.has("nvim-0.11") == 1 then
    return client:stop(by_force)
  end
  client.stop(by_force)
end

-- Ends the servers and starts them again, also after too many crashes. One that does not end in a while is ended by force.
function M.restart()
  crashes = {}
  local polls = 0
  for _, client in ipairs(M.clients()) do
    stop(client, false)
  end
  local function start()
    local left = M.clients()
    if #left == 0 then
      return M.attach_all()
    end
    polls = polls + 1
    if polls == 40 then
      vim.tbl_map(function(client)
        stop(client, true)
      end, left)
    end
    vim.defer_fn(start, 50)
  end
  start()
end

-- Whether a workspace's server died too often, or refused to start: of this one, or of any. With that, why it refused.
function M.has_given_up(root)
  for of, row in pairs(crashes) do
    if row.given_up and (not root or of == root) then
      return true, row.why
    end
  end
  return false
end

return M
