//! `countersign demo`: a recorded agent's session and a user's typing, played through the real server and the real hooks on a real
//! repository. Ends well only if what is left is what it would be without the agent.

mod editor;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result, bail};
use clap::Args as ClapArgs;
use countersign_core::author::Author;
use countersign_core::blame::blame;
use countersign_core::edit::Lineage;
use serde::Deserialize;
use serde_json::{Value, json};

use super::paint::{Ink, ink};
use crate::store::Store;
use editor::Editor;

const SESSION: &str = include_str!("demo/session.jsonl");
const FILES: [(&str, &str); 2] =
    [("app.py", include_str!("demo/app.py")), ("test_app.py", include_str!("demo/test_app.py"))];
/// Hunks of the agent's in the file that is open, once it has written all.
const HUNKS: u64 = 2;

#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// An empty folder, or one to be made; a temporary one without it
    dir: Option<PathBuf>,
}

/// A step of the recording.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
enum Step {
    Say(String),
    /// The agent's hook fires.
    Hook(Value),
    /// The agent replaces a passage of a file.
    Write {
        path: String,
        old: String,
        new: String,
    },
    /// The user types behind a passage.
    Type {
        path: String,
        after: String,
        text: String,
    },
    Save(String),
    Reload(String),
    Show(String),
    Status(String),
    Revert(String),
    Expect {
        path: String,
        text: String,
    },
}

struct Stage {
    root: PathBuf,
    program: PathBuf,
    editor: Editor,
}

pub(super) fn run(args: &Args) -> Result<ExitCode> {
    let root = folder(args.dir.as_deref())?;
    prepare(&root)?;
    let program = std::env::current_exe().context("cannot find this program")?;
    let mut editor = Editor::start(&program, &root)?;
    editor.open("app.py")?;
    let mut stage = Stage { root, program, editor };
    for (number, line) in SESSION.lines().enumerate() {
        let step: Step = serde_json::from_str(line).with_context(|| format!("step {} of the recording", number + 1))?;
        stage.play(step).with_context(|| format!("step {} of the recording", number + 1))?;
    }
    stage.editor.quit()?;
    println!("{}", ink(Ink::Good, "Right: what is left is what you wrote."));
    println!("\nOpen it in your editor: {}", stage.root.display());
    println!("What happened there:    countersign -C {} log", stage.root.display());
    Ok(ExitCode::SUCCESS)
}

impl Stage {
    fn play(&mut self, step: Step) -> Result<()> {
        match step {
            Step::Say(text) => println!("\n{}\n", ink(Ink::Strong, &text)),
            Step::Hook(payload) => return self.hook(payload),
            Step::Write { path, old, new } => {
                let text = std::fs::read_to_string(self.root.join(&path))?;
                if !text.contains(&old) {
                    bail!("{path} does not hold what the agent replaces");
                }
                std::fs::write(self.root.join(&path), text.replacen(&old, &new, 1))?;
                println!(
                    "  {} {path}  +{} -{}",
                    ink(Ink::Agent, "agent writes"),
                    new.lines().count(),
                    old.lines().count()
                );
            }
            Step::Type { path, after, text } => {
                self.editor.type_after(&path, &after, &text)?;
                println!(
                    "  {}    {path}  {}",
                    ink(Ink::Mine, "you type"),
                    ink(Ink::Faint, text.trim().lines().next().unwrap_or_default())
                );
            }
            Step::Save(path) => self.editor.save(&path)?,
            Step::Reload(path) => {
                self.editor.reload(&path)?;
                self.editor.wait_for_hunks(&path, HUNKS)?;
            }
            Step::Show(title) => {
                println!("\n{}\n", ink(Ink::Strong, &title));
                for (path, _) in FILES {
                    self.show(path)?;
                }
            }
            Step::Status(title) => {
                println!("\n{}\n", ink(Ink::Strong, &title));
                super::status::run(&self.root, &super::status::Args::default())?;
            }
            Step::Revert(title) => {
                println!("\n{}\n", ink(Ink::Strong, &title));
                self.editor.execute("countersign.revert", &json!({ "session": "demo", "now": true }))?;
                self.editor.wait_for_hunks("app.py", 0)?;
            }
            Step::Expect { path, text } => {
                let found = std::fs::read_to_string(self.root.join(&path))?;
                if found != text {
                    bail!(
                        "{path} is not what it would be without the agent:\n{}",
                        similar::TextDiff::from_lines(&text, &found).unified_diff()
                    );
                }
            }
        }
        Ok(())
    }

    /// Runs `countersign hook claude-code` as the agent does.
    fn hook(&self, mut payload: Value) -> Result<()> {
        let root = self.root.to_str().context("the folder's name is not UTF-8")?;
        if let Some(fields) = payload.as_object_mut() {
            fields.insert("session_id".to_owned(), json!("demo"));
            fields.insert("cwd".to_owned(), json!(root));
            fields.insert("transcript_path".to_owned(), json!(""));
            fields.insert("permission_mode".to_owned(), json!("default"));
        }
        let escaped = json!(root).to_string();
        let text = payload.to_string().replace("$ROOT", escaped.trim_matches('"'));
        let mut hook = Command::new(&self.program)
            .args(["hook", "claude-code"])
            .current_dir(&self.root)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot run the hook")?;
        hook.stdin.take().context("the hook has no stdin")?.write_all(text.as_bytes())?;
        let output = hook.wait_with_output()?;
        let reply: Value = serde_json::from_slice(&output.stdout).context("the hook's reply is no JSON")?;
        let said = &reply["hookSpecificOutput"];
        if let (Some(decision), Some(reason)) =
            (said["permissionDecision"].as_str(), said["permissionDecisionReason"].as_str())
        {
            println!("  {}   {}  {}", ink(Ink::Warning, "hook says"), decision, ink(Ink::Faint, reason));
        }
        Ok(())
    }

    /// A file with its authors beside it.
    fn show(&self, path: &str) -> Result<()> {
        let mut store = Store::open(&self.root)?;
        store.refresh()?;
        println!("  {}", ink(Ink::Faint, path));
        let Some(file) = store.workspace.file(path) else {
            println!();
            return Ok(());
        };
        let text = file.document.text(Lineage::Disk);
        let mut at = 0;
        for line in text.lines() {
            let end = at + line.len_bytes();
            let stretches = blame(&file.document, Lineage::Disk, at..end);
            let (sign, painted) =
                match stretches.iter().map(|stretch| &stretch.edit.author).max_by_key(|author| weight(author)) {
                    Some(Author::Agent { .. }) => ("agent", Ink::Agent),
                    Some(Author::User) => ("you  ", Ink::Mine),
                    Some(Author::External) => ("?    ", Ink::External),
                    _ => ("     ", Ink::Faint),
                };
            let line = line.to_string();
            println!(
                "  {} │ {}",
                ink(painted, sign),
                if painted == Ink::Faint { line.trim_end().to_owned() } else { ink(painted, line.trim_end()) }
            );
            at = end;
        }
        println!();
        Ok(())
    }
}

fn weight(author: &Author) -> u8 {
    match author {
        Author::Nobody => 0,
        Author::External => 1,
        Author::User => 2,
        Author::Agent { .. } => 3,
    }
}

fn folder(dir: Option<&Path>) -> Result<PathBuf> {
    let dir = match dir {
        Some(dir) => {
            std::fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
            if std::fs::read_dir(dir)?.next().is_some() {
                bail!("{} is not empty: the demo wants a folder of its own", dir.display());
            }
            dir.to_owned()
        }
        None => tempfile::Builder::new().prefix("countersign-demo-").tempdir().context("cannot make a folder")?.keep(),
    };
    std::fs::canonicalize(&dir).with_context(|| format!("cannot find {}", dir.display()))
}

/// A real repository with one commit.
fn prepare(root: &Path) -> Result<()> {
    for (path, text) in FILES {
        std::fs::write(root.join(path), text)?;
    }
    let who = ["-c", "user.name=demo", "-c", "user.email=demo@localhost", "-c", "commit.gpgsign=false"];
    for arguments in [&["init", "-q"][..], &["add", "."], &["commit", "-q", "-m", "A small service"]] {
        let done =
            Command::new("git").args(who).args(arguments).current_dir(root).status().context("cannot run git")?;
        if !done.success() {
            bail!("git {} failed", arguments[0]);
        }
    }
    Ok(())
}
