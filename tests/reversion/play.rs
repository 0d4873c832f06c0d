//! Plays a case in core: a workspace that hears the agent, an editor and a disk with the file. Then the agent is taken out.

use std::sync::Arc;

use countersign_core::announce::{AgentAct, AgentEvent, Before, Delta, Replacement, Write};
use countersign_core::author::Author;
use countersign_core::document::{Act, Document};
use countersign_core::edit::{Deed, Lineage};
use countersign_core::hunk::Hunk;
use countersign_core::revert::{Plan, Request, plan};
use countersign_core::review::pending;
use countersign_core::session::Session;
use countersign_core::weave::Splice;
use countersign_core::workspace::{Content, Sight, Workspace};
use ropey::Rope;

use super::case::Case;
use super::random::Random;
use super::typing::typed;

/// What is heard of the agent's writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hooks {
    /// Before and after each, with what is written: evidence is the content.
    Both,
    /// After each alone, with what was written, once the file was seen to have changed.
    After,
    /// Before and after each, and not what is written: evidence is the path.
    Path,
    /// Nothing: the changes are `external`.
    None,
}

impl Hooks {
    /// All of them.
    pub const ALL: [Hooks; 4] = [Hooks::Both, Hooks::After, Hooks::Path, Hooks::None];

    /// In print.
    #[must_use]
    pub fn name(self) -> &'static str {
        ["content", "report", "path", "none"][self as usize]
    }
}

/// How the editor loads what was written to disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reload {
    /// Closes the file and opens it.
    Neovim,
    /// One change of all of the text, at once.
    VsCode,
    /// The same, when the user wants to type and not before.
    Helix,
}

/// What became of a case.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The case.
    pub case: Case,
    /// What was heard of the agent.
    pub hooks: Hooks,
    /// The text when the agent was taken out.
    pub before: String,
    /// What it became: by one bulk revert, or hunk by hunk where nobody said whose they were.
    pub after: String,
    /// What a bulk revert makes of it.
    pub bulk: String,
    /// What it becomes when the user's part of the agent's hunks is given up by name.
    pub mine_too: String,
    /// Hunks that hold the agent's and the user's: the user is offered three answers.
    pub mixed: usize,
}

const PATH: &str = "file";

/// Plays a case, and takes the agent out.
#[must_use]
pub fn play(case: &Case) -> Outcome {
    let mut random = Random::of(case.seed, 2);
    // The commonest twice.
    let hooks = [Hooks::Both, Hooks::Both, Hooks::After, Hooks::Path, Hooks::None][random.below(5)];
    let reload = [Reload::Neovim, Reload::VsCode, Reload::Helix][random.below(3)];
    let mut desk = Desk::new(&case.old, hooks, reload);
    for step in &case.steps {
        if step.is_agents {
            desk.agent(&step.splice, &mut random);
        } else {
            desk.user(&step.splice, &mut random);
        }
    }
    desk.settle(&mut random);
    let saved = !desk.dirty;
    let lineage = if saved && random.below(2) == 0 { Lineage::Disk } else { Lineage::Editor };
    let is_mixed = |hunk: &&Hunk| hunk.mine > 0 && hunk.authors.iter().any(Author::is_agent);
    let mixed = desk.hunks(lineage).iter().filter(is_mixed).count();
    let before = desk.document().text(lineage).to_string();
    assert_eq!(before, case.model.text(), "seed {}: the file holds what was written", case.seed);
    let bulk = desk.plan(lineage, None, false).target.to_string();
    let mine_too = desk.plan(lineage, None, true).target.to_string();
    let after = if hooks == Hooks::None { desk.hunk_by_hunk(lineage) } else { bulk.clone() };
    Outcome { case: case.clone(), hooks, before, after, bulk, mine_too, mixed }
}

/// An editor and a disk with one file, and who watches them.
struct Desk {
    workspace: Workspace,
    hooks: Hooks,
    style: Reload,
    /// Milliseconds; a write and its reports take longer than any clock's tick.
    at: u64,
    calls: usize,
    /// The disk has what the buffer lacks.
    behind: bool,
    /// The buffer has what the disk lacks.
    dirty: bool,
}

impl Desk {
    fn new(text: &str, hooks: Hooks, style: Reload) -> Desk {
        let mut workspace = Workspace::new(1);
        let (file, _) = workspace.first_sight(PATH, &Content::Text(Rope::from_str(text)), None, 1);
        workspace.put(PATH, file);
        let mut desk = Desk { workspace, hooks, style, at: 1000, calls: 0, behind: false, dirty: false };
        desk.document_mut().opened(Rope::from_str(text), &Act::user(1));
        desk
    }

    fn document(&self) -> &Document {
        &self.workspace.file(PATH).expect("it is followed from the start").document
    }

    fn document_mut(&mut self) -> &mut Document {
        &mut self.workspace.file_mut(PATH).expect("it is followed from the start").document
    }

    fn hunks(&self, lineage: Lineage) -> Vec<Hunk> {
        pending(self.workspace.file(PATH).expect("it is followed from the start"), lineage)
    }

    /// The agent writes the file. A person saves before they let it: a buffer with changes cannot be reloaded.
    fn agent(&mut self, splice: &Splice, random: &mut Random) {
        self.save();
        let before = self.document().text(Lineage::Disk).to_string();
        let mut after = before.clone();
        after.replace_range(splice.range.clone(), &splice.text);
        self.calls += 1;
        let delta = self.delta(&before, splice, &after, random);
        let write = Write::new(PATH, delta);
        if matches!(self.hooks, Hooks::Both | Hooks::Path) {
            self.tell(AgentAct::WillWrite { writes: vec![write.clone()] });
        }
        self.see(&after);
        self.behind = true;
        if self.hooks != Hooks::None {
            let before = if self.hooks == Hooks::Path { Before::Unknown } else { Before::Text(before) };
            self.tell(AgentAct::DidWrite { writes: vec![Write { before, ..write }] });
        }
        if self.style == Reload::VsCode || self.style == Reload::Neovim && random.below(2) == 0 {
            self.reload();
        }
    }

    /// What the agent says that it does to the text.
    fn delta(&self, before: &str, splice: &Splice, after: &str, random: &mut Random) -> Delta {
        let old = before[splice.range.clone()].to_owned();
        let is_only = !old.is_empty() && before.matches(&old).count() == 1;
        match self.hooks {
            Hooks::Path => Delta::Unknown,
            _ if is_only && random.below(3) > 0 => {
                Delta::Replace(vec![Replacement { old, new: splice.text.clone(), all: false }])
            }
            _ => Delta::Whole(after.to_owned()),
        }
    }

    fn tell(&mut self, act: AgentAct) {
        self.at += 100;
        let (agent, session) = (Arc::from("agent"), Session::new("s1"));
        let call = Some(format!("call-{}", self.calls));
        let event = AgentEvent { agent, session, model: None, cwd: None, call, act };
        self.workspace.told(&event, self.at);
    }

    /// Whoever watches the disk reads the file.
    fn see(&mut self, text: &str) {
        self.at += 100;
        let content = Content::Text(Rope::from_str(text));
        let sight = Sight { written: self.at, at: self.at, ..Sight::default() };
        let read = self.workspace.read(PATH, &content, &sight);
        let (file, _) = read.expect("it is followed from the start");
        self.workspace.put(PATH, file);
    }

    /// The user types in an up-to-date editor.
    fn user(&mut self, splice: &Splice, random: &mut Random) {
        self.reload();
        self.at += 100;
        let act = Act::user(self.at);
        for change in typed(splice, random) {
            self.document_mut().typed(&[change], &act);
        }
        self.dirty = true;
        if random.below(2) == 0 {
            self.save();
        }
    }

    fn save(&mut self) {
        if std::mem::take(&mut self.dirty) {
            self.at += 100;
            self.document_mut().saved();
            assert!(!self.document().is_dirty(), "the editor and the disk hold the same after a save");
        }
    }

    /// The buffer takes over what the disk has.
    fn reload(&mut self) {
        if !std::mem::take(&mut self.behind) {
            return;
        }
        self.at += 100;
        let (act, disk) = (Act::user(self.at), self.document().text(Lineage::Disk).clone());
        let is_neovim = self.style == Reload::Neovim;
        let document = self.document_mut();
        if is_neovim {
            document.closed();
            document.opened(disk, &act);
        } else {
            let all = 0..document.text(Lineage::Editor).len_bytes();
            document.typed(&[Splice::new(all, disk.to_string())], &act);
        }
        assert!(!self.document().is_dirty(), "the editor and the disk hold the same after a reload");
    }

    /// In the end the editor has all, and may or may not have saved it.
    fn settle(&mut self, random: &mut Random) {
        self.reload();
        if random.below(2) == 0 {
            self.save();
        }
    }

    fn plan(&self, lineage: Lineage, deeds: Option<&[Deed]>, mine_too: bool) -> Plan {
        let whose = |author: &Author| author.is_agent() || deeds.is_some() && *author == Author::External;
        plan(self.document(), lineage, &Request { whose: &whose, only: deeds, accepted_too: false, mine_too })
    }

    /// Takes out each hunk that is shown, from the first on.
    fn hunk_by_hunk(&mut self, lineage: Lineage) -> String {
        let mut left = self.hunks(lineage).len();
        while let Some(hunk) = self.hunks(lineage).first().filter(|_| left > 0) {
            left -= 1;
            let plan = self.plan(lineage, Some(&hunk.deeds), false);
            self.at += 100;
            let act = Act::user(self.at);
            let document = self.document_mut();
            document.hand_out(&plan, &act);
            document.observe(lineage, plan.target.clone(), &act);
        }
        self.document().text(lineage).to_string()
    }
}
