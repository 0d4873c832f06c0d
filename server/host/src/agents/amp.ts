// Countersign's plugin for Amp: tells `countersign hook amp` what each tool is about to do and did, asks where it says that a person decides,
// and keeps a tool from running that must not. Added by `countersign init`, and taken away by `countersign init --remove`.

import { spawn } from "node:child_process"

const program = "countersign"

/** How long an answer may take, in milliseconds. */
const PATIENCE = 10_000

export default function (amp) {
  const root = amp.system?.workspaceRoot
  const folder = root ? amp.helpers.filePathFromURI(root) : process.cwd()

  /** Sends one message; whatever goes wrong is no reason to hold Amp up. */
  const tell = (event, thread, fields) =>
    new Promise((resolve) => {
      let said = ""
      let timer
      const done = () => {
        clearTimeout(timer)
        try {
          resolve(JSON.parse(said))
        } catch {
          resolve({})
        }
      }
      try {
        const hook = spawn(program, ["hook", "amp"], { cwd: folder, stdio: ["pipe", "pipe", "ignore"] })
        timer = setTimeout(() => hook.kill("SIGKILL"), PATIENCE)
        hook.on("error", done)
        hook.on("close", done)
        hook.stdout.on("data", (chunk) => (said += chunk))
        hook.stdin.on("error", () => {})
        hook.stdin.end(JSON.stringify({ hook_event_name: event, thread_id: thread, cwd: folder, ...fields }))
      } catch {
        done()
      }
    })

  /** Whether a person says yes; a place where nobody can be asked says no. */
  const isAllowed = async (ctx, message) => {
    try {
      return (await ctx.ui.confirm({ title: "Countersign", message, confirmButtonText: "Allow" })) === true
    } catch {
      return false
    }
  }

  amp.on("session.start", async (event) => {
    await tell("SessionStart", event.thread.id, { source: "startup" })
  })

  amp.on("agent.start", async (event) => {
    const reply = await tell("UserPromptSubmit", event.thread.id, { prompt: event.message })
    return reply.context ? { message: { content: reply.context } } : {}
  })

  amp.on("agent.end", async (event) => {
    await tell("Stop", event.thread.id, {})
  })

  amp.on("tool.call", async (event, ctx) => {
    const call = { tool_name: event.tool, tool_use_id: event.toolUseID, tool_input: event.input }
    const reply = await tell("PreToolUse", event.thread.id, call)
    const stops = reply.decision === "deny" || (reply.decision === "ask" && !(await isAllowed(ctx, reply.reason)))
    return stops ? { action: "reject-and-continue", message: reply.reason } : { action: "allow" }
  })

  amp.on("tool.result", async (event) => {
    const call = { tool_name: event.tool, tool_use_id: event.toolUseID, tool_input: event.input }
    await tell(event.status === "done" ? "PostToolUse" : "PostToolUseFailure", event.thread.id, call)
  })
}
