-- `:checkhealth countersign`: the program, the server, the workspace's policy, and what `countersign doctor` says.
local program = require("countersign.program")
local server = require("countersign.server")

local M = {}

local ADVICE = "Build it and put it on your PATH, or name it: require('countersign').setup({ program = '/path/to/countersign' })"

-- Runs the program and waits, for at most ten seconds.
local function run(arguments, folder)
  local command = vim.list_extend(program.command(), arguments)
  local ok, ended = pcall(function()
    return vim.system(command, { cwd = folder, text = true, env = { NO_COLOR = "1" } }):wait(10000)
  end)
  return ok and ended or { code = -1, stdout = "", stderr = tostring(ended) }
end

local function check_program()
  vim.health.start("Countersign: program")
  local command = program.command()
  if not command then
    vim.health.error("`countersign` was not found", ADVICE)
    return nil
  end
  local ended = run({ "--version" })
  local version = ended.code == 0 and ended.stdout:match("^countersign (%S+)")
  if not version then
    vim.health.error(("`%s --version` does not say that it is Countersign"):format(command[1]), ADVICE)
    return nil
  end
  vim.health.ok(("%s, version %s"):format(vim.fn.exepath(command[1]), version))
  return version
end

local function check_server(version, root)
  vim.health.start("Countersign: server")
  for _, client in ipairs(server.clients()) do
    local info = client.server_info or {}
    local buffers = vim.tbl_count(client.attached_buffers)
    local text = ("runs for %s with %d buffer%s"):format(client.config.root_dir, buffers, buffers == 1 and "" or "s")
    if version and info.version and info.version ~= version then
      vim.health.warn(
        ("%s, but is of version %s, not %s"):format(text, info.version, version),
        ":Countersign restart starts the one that is installed"
      )
    else
      vim.health.ok(text)
    end
  end
  local given_up, why = server.has_given_up()
  if why then
    vim.health.error("it cannot start: " .. why, "make it right, then :Countersign restart")
  elseif given_up then
    vim.health.error("it ended again and again, and is not started any more", {
      "see :LspLog",
      "then :Countersign restart",
    })
  elseif #server.clients() == 0 and root then
    vim.health.warn("none runs", "open a file of the workspace, or :Countersign restart")
  elseif #server.clients() == 0 then
    vim.health.info("none runs: none is needed outside of a workspace")
  end
end

local function check_policy(root)
  vim.health.start("Countersign: policy")
  if not root then
    vim.health.warn("no .countersign.toml here or above: this is no workspace", "run `countersign init` in your repository")
    return
  end
  local wrong = {}
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    if vim.fs.basename(vim.api.nvim_buf_get_name(buffer)) == ".countersign.toml" then
      for _, found in ipairs(vim.diagnostic.get(buffer)) do
        table.insert(wrong, found.message)
      end
    end
  end
  if #wrong > 0 then
    vim.health.error(root .. "/.countersign.toml: " .. table.concat(wrong, "; "))
  else
    vim.health.ok(root .. "/.countersign.toml")
  end
end

-- Without the test event: a look at the health starts no agent's hooks.
local function check_rest(root)
  vim.health.start("Countersign: what `countersign doctor` says")
  local ended = run({ "doctor", "--json", "--no-event" }, root)
  local ok, said = pcall(vim.json.decode, ended.stdout)
  if not ok or type(said) ~= "table" or not said.checks then
    vim.health.error("it said nothing that can be read: " .. vim.trim(ended.stderr))
    return
  end
  for _, check in ipairs(said.checks) do
    local text = ("%s: %s"):format(check.name, check.said)
    if check.state == "ok" then
      vim.health.ok(text)
    elseif check.state == "absent" then
      vim.health.info(text)
    else
      vim.health.warn(text, type(check.advice) == "string" and check.advice or nil)
    end
  end
end

function M.check()
  -- Of the file that was looked at: the report has a buffer of its own.
  local alternate = vim.fn.bufnr("#")
  local root = alternate > 0 and vim.fs.root(alternate, ".countersign.toml") or vim.fs.root(vim.fn.getcwd(), ".countersign.toml")
  local version = check_program()
  check_server(version, root)
  check_policy(root)
  if version then
    check_rest(root or vim.fn.getcwd())
  end
end

return M
