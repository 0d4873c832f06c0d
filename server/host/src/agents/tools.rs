//! What a tool call writes or runs, by the names and the inputs that agents share: which tool it is, is read off its name, what it does off
//! the shape of its input.

mod inputs;

use anyhow::Result;
use countersign_core::announce::{AgentAct, Write};
use serde_json::Value;

use super::{apply_patch, payload};

/// A call of a tool, as an agent tells of it.
#[derive(Debug)]
pub(super) struct Call {
    /// The tool's name, as sent.
    tool: String,
    kind: Kind,
    input: Value,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Writes,
    Deletes,
    Runs,
    Other,
}

impl Call {
    /// A call of the tool of that name; its input is an object, or a string that holds one, or a patch.
    pub(super) fn new(tool: &str, input: Option<&Value>) -> Call {
        let input = match input {
            Some(Value::String(text)) if !apply_patch::is_patch(text) => {
                payload::object(text.as_bytes()).map_or_else(|_| Value::from(text.as_str()), Value::Object)
            }
            Some(input) => input.clone(),
            None => Value::Null,
        };
        Call { tool: tool.to_owned(), kind: Kind::of(tool), input }
    }

    /// Whether it runs a command line.
    pub(super) fn runs(&self) -> bool {
        self.kind == Kind::Runs
    }

    /// What it is about to do.
    pub(super) fn will(&self) -> Result<AgentAct> {
        Ok(match self.kind {
            Kind::Writes | Kind::Deletes => AgentAct::WillWrite { writes: self.writes()? },
            Kind::Runs => AgentAct::WillRun {
                command: inputs::command(&self.input)?,
                background: inputs::background(&self.input),
            },
            Kind::Other => AgentAct::WillUse { tool: self.tool.clone() },
        })
    }

    /// That its user is asked about it.
    pub(super) fn requested(&self) -> AgentAct {
        AgentAct::Requested { tool: self.tool.clone() }
    }

    /// What it did.
    pub(super) fn did(&self) -> Result<AgentAct> {
        Ok(match self.kind {
            Kind::Writes | Kind::Deletes => AgentAct::DidWrite { writes: self.writes()? },
            Kind::Runs => self.ran(false)?,
            Kind::Other => AgentAct::DidUse { tool: self.tool.clone() },
        })
    }

    /// What it would have done, had it not failed or been refused.
    pub(super) fn failed(&self) -> Result<AgentAct> {
        Ok(match self.kind {
            Kind::Writes | Kind::Deletes => {
                AgentAct::WriteFailed { paths: self.writes()?.into_iter().map(|write| write.path).collect() }
            }
            Kind::Runs => self.ran(true)?,
            Kind::Other => AgentAct::DidUse { tool: self.tool.clone() },
        })
    }

    fn writes(&self) -> Result<Vec<Write>> {
        if self.kind == Kind::Deletes { inputs::deletions(&self.input) } else { inputs::writes(&self.input) }
    }

    fn ran(&self, failed: bool) -> Result<AgentAct> {
        let background = !failed && inputs::background(&self.input);
        Ok(AgentAct::DidRun { command: inputs::command(&self.input)?, background, failed })
    }
}

impl Kind {
    /// By the name without its namespace, case and joints. A tool of an MCP server is another's, whatever it is called: what it writes is
    /// not told in words that we know.
    fn of(tool: &str) -> Kind {
        if tool.to_lowercase().starts_with("mcp") {
            return Kind::Other;
        }
        let bare = tool.rsplit(['.', ':', '/']).next().unwrap_or(tool);
        let name: String = bare.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
        match name.as_str() {
            "edit"
            | "multiedit"
            | "editfile"
            | "strreplace"
            | "strreplaceeditor"
            | "strreplacebasededittool"
            | "searchreplace"
            | "replacestringinfile"
            | "multireplacestringinfile"
            | "replace"
            | "replaceinfile"
            | "editor"
            | "singlefindandreplace"
            | "editexistingfile"
            | "insertedit"
            | "inserteditintofile"
            | "insert"
            | "undoedit"
            | "editnotebook"
            | "editnotebookfile"
            | "notebookedit" => Kind::Writes,
            "write" | "writefile" | "createfile" | "create" | "createnewfile" | "writetofile" | "newfile" => {
                Kind::Writes
            }
            "applypatch" | "patch" => Kind::Writes,
            "delete" | "deletefile" | "removefile" => Kind::Deletes,
            "bash" | "shell" | "runshellcommand" | "runinterminal" | "runterminalcommand" | "runterminalcmd"
            | "runcommand" | "runcommands" | "executecommand" | "execute" | "terminal" | "powershell"
            | "localshell" | "execcommand" | "shellcommand" => Kind::Runs,
            _ => Kind::Other,
        }
    }
}

#[cfg(test)]
mod tests;
