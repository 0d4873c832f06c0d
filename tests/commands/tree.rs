//! The trees that commands are judged in: one with the user's work in every state that git knows, one in which lines were deleted,
//! one without any, one with an agent's.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use countersign::agents;
use countersign::gate::{self, Around, Taken};
use countersign::store::Store;
use countersign_core::announce::AgentEvent;
use countersign_core::review::Policy;
use countersign_core::verdict::Verdict;
use serde_json::{Value, json};

use crate::support::binary;
use crate::support::repository::Repository;

/// What the user's work is known by: every line of it, and every commit and stash, has a word that begins so.
const WORK: &str = "kept-";
/// Long enough for a verdict on a busy machine: nothing here is about time.
const PATIENCE: Duration = Duration::from_secs(20);

/// A repository.
pub(super) struct Tree {
    repository: Repository,
    /// The user's work that is in it.
    works: BTreeSet<String>,
}

/// A tree, and the journal that a hook would open.
pub(super) struct Watched {
    repository: Repository,
    store: Store,
    calls: usize,
}

impl Tree {
    /// The one with the user's work.
    pub(super) fn of_work() -> Tree {
        let repository = base();
        work(&repository);
        let works = works(&repository, repository.root());
        Tree { repository, works }
    }

    /// The user's work that is not there any more once the command was run in a copy of all this.
    pub(super) fn lost_by(&self, command: &str) -> Vec<String> {
        let folder = tempfile::Builder::new().prefix("commands-").tempdir().unwrap();
        let from = self.repository.root().parent().unwrap();
        let copied = Command::new("cp").arg("-a").arg(from).arg(folder.path().join("copy")).status().unwrap();
        assert!(copied.success());
        let copy = folder.path().join("copy");
        let root = copy.join("work");
        let mut bash = self.repository.command("bash");
        bash.args(["-c", command]).current_dir(&root).env("HOME", copy.join("home"));
        bash.env("GIT_CEILING_DIRECTORIES", folder.path());
        binary::run(&mut bash, b"");
        let mut after = in_files(&root);
        if refs(&root) == refs(self.repository.root()) {
            after.extend(self.works.difference(&in_files(self.repository.root())).cloned());
        } else {
            after.extend(in_git(&self.repository, &root));
        }
        self.works.difference(&after).cloned().collect()
    }
}

impl Watched {
    pub(super) fn grow(name: &str) -> Watched {
        let repository = if name == "work" { Tree::of_work().repository } else { base() };
        if name == "deleted" {
            repository.write("src/a.rs", "fn a() {}\n");
        }
        let store = Store::open(repository.root()).unwrap();
        let mut tree = Watched { repository, store, calls: 0 };
        if name == "agent" {
            tree.agent_writes("src/a.rs", "fn a() {}\nfn second() {}\n// by the agent\n");
            tree.agent_writes("gen.txt", "by the agent\n");
        }
        tree
    }

    /// What a hook says before the agent may run a command.
    pub(super) fn judge(&mut self, command: &str) -> Verdict {
        let event = self.event("PreToolUse", "Bash", &json!({ "command": command }));
        let taken = self.take(&mut event.clone());
        let until = Instant::now() + PATIENCE;
        let root = self.repository.root().to_owned();
        // Of a command that only reads nothing is asked.
        let Some(command) = taken.command else { return Verdict::allow() };
        command.judge(&mut self.store, &event, &root, &Policy::default(), &|| Instant::now() < until)
    }

    fn agent_writes(&mut self, path: &str, text: &str) {
        let file = self.repository.path(path);
        let input = json!({ "file_path": file, "content": text });
        let mut before = self.event("PreToolUse", "Write", &input);
        gate::localise(&mut before, self.repository.root(), self.repository.root());
        self.take(&mut before);
        fs::write(&file, text).unwrap();
        let mut after = self.event("PostToolUse", "Write", &input);
        gate::localise(&mut after, self.repository.root(), self.repository.root());
        self.take(&mut after);
        self.calls += 1;
    }

    fn take(&mut self, event: &mut AgentEvent) -> Taken {
        let around = Around::of(event, self.repository.root());
        gate::take(&mut self.store, (event, &around), false, None, &Policy::default()).unwrap()
    }

    fn event(&self, event: &str, tool: &str, input: &Value) -> AgentEvent {
        let payload = json!({ "session_id": "s1", "cwd": self.repository.root(), "hook_event_name": event,
            "permission_mode": "default", "tool_name": tool, "tool_use_id": format!("t{}", self.calls), "tool_input": input,
            "tool_response": { "type": "create" } });
        let message = (agents::find("claude-code").unwrap().parse)(payload.to_string().as_bytes()).unwrap();
        message.events.into_iter().next().unwrap()
    }
}

/// Two commits, three branches, all of it pushed.
fn base() -> Repository {
    let script = "#!/bin/sh\nrm -rf drafts\n";
    let repository = Repository::new(&[
        ("README.md", "A readme\n"),
        ("docs/guide.md", "A guide\n"),
        ("src/lib.rs", "mod a;\n"),
        ("src/a.rs", "fn a() {}\n"),
        ("src/staged.rs", "fn staged() {}\n"),
        ("clean.sh", script),
        ("safe.sh", "#!/bin/sh\nls > /dev/null\nrm -rf target\n"),
        (".gitignore", ".env\nlocal/\ntarget/\nnode_modules/\ndist/\nbuild/\n"),
    ]);
    for name in ["clean.sh", "safe.sh"] {
        fs::set_permissions(repository.path(name), fs::Permissions::from_mode(0o755)).unwrap();
    }
    // Each command has a copy of all this: what git puts there for nobody is left out.
    fs::remove_dir_all(repository.path(".git/hooks")).unwrap();
    repository.write("src/a.rs", "fn a() {}\nfn second() {}\n");
    repository.commit("Second");
    repository.git(&["branch", "merged"]);
    repository.git(&["init", "--quiet", "--bare", "--template=", "../origin.git"]);
    repository.git(&["remote", "add", "origin", "../origin.git"]);
    repository.git(&["switch", "--quiet", "--create", "tracks-env"]);
    repository.write(".env", "KEY=theirs\n");
    repository.git(&["add", "--force", ".env"]);
    repository.git(&["commit", "--quiet", "--message", "Track it"]);
    repository.git(&["switch", "--quiet", "main"]);
    repository.git(&["push", "--quiet", "--set-upstream", "origin", "main", "tracks-env"]);
    repository.write("target/debug/app", "made by a build\n");
    repository.git(&["branch", "--quiet", "topic"]);
    repository
}

/// The user's work in every state: committed and not pushed, put away, changed, staged, not followed, ignored.
fn work(repository: &Repository) {
    repository.git(&["switch", "--quiet", "topic"]);
    repository.write("topic.txt", "a topic\n");
    repository.commit("kept-topic");
    repository.git(&["switch", "--quiet", "main"]);
    repository.write("extra.txt", "more\n");
    repository.commit("kept-unpushed");
    repository.write("README.md", "A readme\nput away\n");
    repository.git(&["stash", "push", "--quiet", "--message", "kept-stash"]);
    repository.write("src/a.rs", "fn a() {}\nfn second() {}\n// kept-unstaged is a line of work\n");
    repository.write("src/staged.rs", "fn staged() {}\n// kept-staged is a line of work\n");
    repository.git(&["add", "src/staged.rs"]);
    repository.write("notes.md", "kept-untracked is a line of work\n");
    repository.write("drafts/plan.md", "kept-in-a-folder is a line of work\n");
    repository.write(".env", "kept-ignored=1\n");
    repository.write("local/settings.json", "{ \"kept-local\": true }\n");
}

/// Removes what the commands of the lists leave in `/tmp`.
pub(super) fn sweep() {
    for entry in fs::read_dir("/tmp").unwrap().flatten() {
        if entry.file_name().to_string_lossy().starts_with("countersign-corpus") {
            let _ = fs::remove_file(entry.path()).or_else(|_| fs::remove_dir_all(entry.path()));
        }
    }
}

/// The user's work that is there: in files of the work tree, in stashes, in commits that something leads to.
fn works(repository: &Repository, root: &Path) -> BTreeSet<String> {
    let mut works = in_files(root);
    works.extend(in_git(repository, root));
    works
}

fn in_files(root: &Path) -> BTreeSet<String> {
    let mut texts = Vec::new();
    read_all(root, &mut texts);
    texts.iter().flat_map(|text| words(text)).collect()
}

fn in_git(repository: &Repository, root: &Path) -> BTreeSet<String> {
    let lists: [&[&str]; 2] =
        [&["stash", "list", "--format=%gs"], &["log", "--branches", "--tags", "--remotes", "HEAD", "--format=%s"]];
    let ask = |arguments: &[&str]| {
        let ended = binary::run(repository.command("git").args(arguments).current_dir(root), b"");
        words(&ended.stdout)
    };
    lists.iter().flat_map(|arguments| ask(arguments)).collect()
}

/// All that tells which commits and stashes there are.
fn refs(root: &Path) -> Vec<String> {
    let mut texts = Vec::new();
    read_all(&root.join(".git/refs"), &mut texts);
    for file in [".git/HEAD", ".git/packed-refs", ".git/logs/refs/stash"] {
        texts.push(fs::read_to_string(root.join(file)).unwrap_or_default());
    }
    texts
}

fn words(text: &str) -> Vec<String> {
    let words = text.split(|char: char| !(char.is_ascii_alphanumeric() || char == '-'));
    words.filter(|word| word.starts_with(WORK)).map(str::to_owned).collect()
}

fn read_all(folder: &Path, texts: &mut Vec<String>) {
    let mut entries: Vec<fs::DirEntry> = fs::read_dir(folder).into_iter().flatten().flatten().collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && entry.file_name() != ".git" => read_all(&path, texts),
            Ok(kind) if kind.is_file() => {
                texts.push(String::from_utf8_lossy(&fs::read(&path).unwrap_or_default()).into_owned());
            }
            _ => {}
        }
    }
}
