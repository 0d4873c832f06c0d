// Countersign's plugin for OpenCode: tells `countersign hook opencode` what each tool is about to do and did, and keeps a tool from running
// that it says must not. Added by `countersign init`, and taken away by `countersign init --remove`.

import { spawn } from "node:child_process"

const program = "countersign"

/** How long an answer may take, in milliseconds. */
const PATIENCE = 10_000

export const Countersign = async ({ directory }) => {
  /** Of a session that works for another, which. */
  const parents = new Map()

  /** Sends one message; whatever goes wrong is no reason to hold OpenCode up. */
  const tell = (event, session, fields) =>
    new Promise((resolve) => {
      const parent = parents.get(session)
      const who = parent ? { session_id: parent, agent_id: session } : { session_id: session }
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
        const hook = spawn(program, ["hook", "opencode"], { cwd: directory, stdio: ["pipe", "pipe", "ignore"] })
        timer = setTimeout(() => hook.kill("SIGKILL"), PATIENCE)
        hook.on("error", done)
        hook.on("close", done)
        hook.stdout.on("data", (chunk) => (said += chunk))
        hook.stdin.on("error", () => {})
        hook.stdin.end(JSON.stringify({ hook_event_name: event, ...who, cwd: directory, ...fields }))
      } catch {
        done()
      }
    })

  return {
    event: async ({ event }) => {
      const about = event.properties ?? {}
      if (event.type === "session.created" && about.info) {
        if (about.info.parentID) parents.set(about.info.id, about.info.parentID)
        await tell(about.info.parentID ? "SubagentStart" : "SessionStart", about.info.id, { source: "startup" })
      } else if (event.type === "session.idle" && about.sessionID) {
        await tell(parents.has(about.sessionID) ? "SubagentStop" : "Stop", about.sessionID, {})
      } else if (event.type === "session.deleted" && about.info) {
        await tell("SessionEnd", about.info.id, { reason: "other" })
      }
    },

    "chat.message": async (input, output) => {
      const texts = (output.parts ?? []).filter((part) => part.type === "text" && !part.synthetic)
      const model = input.model ? `${input.model.providerID}/${input.model.modelID}` : undefined
      await tell("UserPromptSubmit", input.sessionID, { prompt: texts.map((part) => part.text).join("\n"), model })
    },

    "tool.execute.before": async (input, output) => {
      const call = { tool_name: input.tool, tool_use_id: input.callID, tool_input: output.args }
      const reply = await tell("PreToolUse", input.sessionID, call)
      if (reply.decision === "deny") throw new Error(reply.reason)
    },

    "tool.execute.after": async (input, output) => {
      const call = { tool_name: input.tool, tool_use_id: input.callID, tool_input: input.args }
      const reply = await tell("PostToolUse", input.sessionID, call)
      if (reply.context && typeof output?.output === "string") output.output += `\n\n${reply.context}`
    },
  }
}
