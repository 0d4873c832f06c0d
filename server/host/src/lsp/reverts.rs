//! Reverts by command: a hunk at once, more than a hunk file by file. While an agent's turn runs, what is more than a hunk waits for its
//! end unless the person says now: the agent may be about to build on it, or to write the same again.

use std::collections::VecDeque;

use countersign_core::edit::{Deed, Lineage};
use countersign_core::revert::{Plan, Request, plan};
use countersign_core::whole::earlier;
use countersign_core::workspace::Way;
use serde_json::{Value, json};
use tokio::sync::oneshot::Sender;
use tower_lsp::gen_lsp_types::MessageType;

use super::actions::hand_out;
use super::outbox::{Choice, Out};
use super::owner::{Chore, Owner};
use super::progress::Long;
use super::which::Which;
use crate::store::now;

/// Where the answer to a command goes.
pub(super) type Answer = Sender<Result<Value, String>>;

const WHEN_IT_ENDS: &str = "When its turn ends";
const NOW: &str = "Now";
const NOT_AT_ALL: &str = "Not at all";

/// A revert in many files, under way.
#[derive(Debug)]
pub(super) struct Bulk {
    which: Which,
    paths: VecDeque<String>,
    all: usize,
    done: Done,
    long: Long,
    answer: Option<Answer>,
}

/// What a revert came to so far.
#[derive(Debug, Default)]
struct Done {
    /// Files in which something is meant.
    met: usize,
    /// Files that were changed.
    files: usize,
    /// Lines of agents' that stay, since the user changed them.
    held: usize,
    /// Why it was not done in some files.
    failed: Vec<String>,
    cancelled: bool,
    /// Files that go back to where they were before they were moved.
    movers: VecDeque<(String, String)>,
}

/// Begins a revert, or asks first; answers once it is known what comes of it.
pub(super) fn begin(owner: &mut Owner, which: Which, answer: Answer) {
    // A turn may have ended, and no wake-up come yet.
    owner.catch_up();
    let is_bulk = !which.names_hunks();
    if !is_bulk || which.now || !owner.store.workspace.is_at_work(now()) {
        return start(owner, which, Some(answer));
    }
    let said = match which.paths(owner) {
        Err(why) => Err(why),
        Ok(_) if which.wait => {
            wait(owner, which);
            Ok(json!({ "files": 0, "held": 0, "waits": true }))
        }
        Ok(_) if owner.client.asks => {
            ask(owner, which);
            Ok(json!({ "files": 0, "held": 0, "asked": true }))
        }
        Ok(_) => Err("an agent is at work: it may write the same again. Say `wait`, or `now`".to_owned()),
    };
    let _ = answer.send(said);
}

/// What the person said to the question of that number.
pub(super) fn answered(owner: &mut Owner, number: u64, choice: &Choice) {
    let Some(which) = owner.questions.remove(&number) else { return };
    match choice {
        Choice::Made(title) if title == NOW => start(owner, Which { now: true, ..which }, None),
        Choice::Made(title) if title == WHEN_IT_ENDS => wait(owner, which),
        _ => {}
    }
}

/// Does what waits for the end of an agent's turn, where it has come.
pub(super) fn turn_may_have_ended(owner: &mut Owner) {
    if !owner.waiting.is_empty() && !owner.store.workspace.is_at_work(now()) {
        for which in std::mem::take(&mut owner.waiting) {
            start(owner, which, None);
        }
    }
}

fn ask(owner: &mut Owner, which: Which) {
    owner.numbers += 1;
    let number = owner.numbers;
    owner.questions.insert(number, which);
    let text = "Countersign: an agent is at work, and may write the same again. Revert when its turn ends?".to_owned();
    let _ =
        owner.outbox.send(Out::Question { number, text, choices: vec![WHEN_IT_ENDS, NOW, NOT_AT_ALL], shows: None });
}

/// Where the turn has ended by now, it is done at once.
fn wait(owner: &mut Owner, which: Which) {
    if !owner.waiting.contains(&which) {
        owner.waiting.push(which);
    }
    turn_may_have_ended(owner);
}

fn start(owner: &mut Owner, which: Which, answer: Option<Answer>) {
    let paths = match which.paths(owner) {
        Ok(paths) => paths,
        Err(why) => {
            return if let Some(answer) = answer {
                drop(answer.send(Err(why)));
            };
        }
    };
    let long = owner.long("Reverting", true);
    let bulk = Bulk { all: paths.len(), paths: paths.into(), which, done: Done::default(), long, answer };
    if !bulk.which.names_hunks() {
        return owner.chores.push_back(Chore::Revert(Box::new(bulk)));
    }
    let mut next = Some(bulk);
    while let Some(bulk) = next {
        next = bulk.step(owner);
    }
}

impl Bulk {
    /// Reverts in the next file; none when that was all.
    pub(super) fn step(mut self, owner: &mut Owner) -> Option<Self> {
        let Some(path) = self.paths.pop_front() else {
            self.end(owner);
            return None;
        };
        if let Err(why) = revert_in(owner, &self.which, &path, &mut self.done) {
            self.done.failed.push(format!("{path}: {why}"));
        }
        self.long.step(self.all - self.paths.len(), self.all);
        Some(self)
    }

    pub(super) fn is_shown_as(&self, token: &str) -> bool {
        self.long.token == token
    }

    /// Leaves the rest as it is.
    pub(super) fn stop(mut self, owner: &mut Owner) {
        self.done.cancelled = true;
        self.end(owner);
    }

    fn end(self, owner: &mut Owner) {
        let Self { which, mut done, answer, .. } = self;
        go_back(owner, &which, &mut done);
        let result = if which.names_hunks() && done.met == 0 {
            Err("the hunk is not there any more: the text has changed since".to_owned())
        } else if done.files == 0 && !done.failed.is_empty() {
            Err(done.failed.join("; "))
        } else {
            Ok(json!({ "files": done.files, "held": done.held, "failed": done.failed, "cancelled": done.cancelled }))
        };
        // An error is shown by the editor that asked; what was asked for long ago is answered by a message.
        if result.is_ok() || answer.is_none() {
            let kind = if done.failed.is_empty() { MessageType::Info } else { MessageType::Warning };
            let _ = owner.outbox.send(Out::Message(kind, done.said(owner, &which)));
        }
        if let Some(answer) = answer {
            let _ = answer.send(result);
        }
    }
}

impl Done {
    fn said(&self, owner: &Owner, which: &Which) -> String {
        let mut said = match self.files {
            0 if self.failed.is_empty() => "Nothing to revert.".to_owned(),
            0 => "Nothing was reverted.".to_owned(),
            1 => "Reverted in one file.".to_owned(),
            files => format!("Reverted in {files} files."),
        };
        if self.cancelled {
            said += " Then you stopped it.";
        }
        if self.held > 0 {
            said += &format!(" {} of the agent's lines stay: you changed them since.", self.held);
        }
        for why in &self.failed {
            said += &format!(" {why}.");
        }
        if owner.store.workspace.is_at_work(now()) && !which.now {
            said += " The agent is still at work, and may write the same again.";
        }
        said
    }
}

/// Has files go back to where they were before they were moved.
fn go_back(owner: &mut Owner, which: &Which, done: &mut Done) {
    let movers = std::mem::take(&mut done.movers);
    let paths: Vec<String> = movers.iter().flat_map(|(path, to)| [path.clone(), to.clone()]).collect();
    for (path, error) in owner.store.go_back_all(movers, &|author| which.is_by(author)) {
        done.failed.push(format!("{path}: {error:#}"));
    }
    for path in paths {
        owner.read(&path, false);
    }
}

/// Takes back that a file was moved, and that its mode was changed. Whether there was such a thing.
fn revert_place(owner: &mut Owner, which: &Which, path: &str, done: &mut Done) -> Result<bool, String> {
    let whose = |author: &_| which.is_by(author);
    let Some(file) = owner.store.workspace.file(path).filter(|_| !which.is_by_part()) else { return Ok(false) };
    let (way, mode) = (file.way_back(&whose).filter(|_| file.present), file.mode_without(&whose));
    let empty = file.empty_without(&whose);
    if let Some(is_there) = empty {
        let put = owner.store.put_empty_back(path, is_there);
        written(owner, path, put)?;
    }
    if let Some(mode) = mode {
        let put = owner.store.put_mode_back(path, mode);
        written(owner, path, put)?;
    }
    match &way {
        Some(Way::Back(to)) if owner.buffers.contains_key(path) => {
            return Err(format!("it is open here: close it, and it can go back to {to}"));
        }
        Some(Way::Back(to)) => done.movers.push_back((path.to_owned(), to.clone())),
        Some(Way::Held(from)) => {
            return Err(format!("it stays here, and does not go back to {from}: you moved it since"));
        }
        None => {}
    }
    Ok(way.is_some() || mode.is_some() || empty.is_some())
}

/// Reverts what is meant in a file: in place first, then where it is.
fn revert_in(owner: &mut Owner, which: &Which, path: &str, done: &mut Done) -> Result<(), String> {
    owner.catch_up();
    let before = done.files;
    let content = revert_content(owner, which, path, done);
    if content.is_ok() {
        let placed = revert_place(owner, which, path, done)?;
        if placed && done.files == before {
            done.files += 1;
        }
    }
    content
}

/// Reverts what is meant in what a file holds.
fn revert_content(owner: &mut Owner, which: &Which, path: &str, done: &mut Done) -> Result<(), String> {
    let hunks = which.hunks(owner, path);
    let whose = |author: &_| which.is_by(author);
    let whole = which.wants_whole(owner, path);
    // What one agent did and another took back stands in no hunk.
    let unseen = hunks.is_empty() && !whole;
    if unseen && (which.is_by_part() || !owner.store.workspace.file(path).is_some_and(|file| file.has_edits_by(&whose)))
    {
        return Ok(());
    }
    done.met += usize::from(!unseen);
    let lineage = owner.lineage(path);
    let Some(file) = owner.store.workspace.file(path) else { return Ok(()) };
    if file.is_whole && owner.buffers.contains_key(path) {
        return Err("it is no text, and open here: close it first".to_owned());
    }
    if lineage == Lineage::Disk && owner.store.is_unsaved_in_an_editor(path).unwrap_or(true) {
        return Err("it has unsaved changes in another editor: revert it there, or save it first".to_owned());
    }
    let before = if lineage == Lineage::Disk { earlier(file, &whose) } else { None };
    if let Some(before) = before {
        let brought = owner.store.bring_back(path, &before);
        written(owner, path, brought)?;
        done.files += 1;
        return Ok(());
    }
    let deeds: Vec<Deed> = hunks.iter().flat_map(|hunk| hunk.deeds.clone()).collect();
    let only = which.is_by_part().then_some(deeds.as_slice());
    let request = Request { whose: &whose, only, accepted_too: false, mine_too: which.include_mine };
    let plan = plan(&file.document, lineage, &request);
    done.held += plan.held.values().sum::<usize>();
    if !plan.is_empty() {
        carry_out(owner, path, &plan)?;
        done.files += 1;
    }
    Ok(())
}

/// Has the editor change a document that it has open, and writes any other file.
pub(super) fn carry_out(owner: &mut Owner, path: &str, plan: &Plan) -> Result<(), String> {
    if let Some(why) = plan.refused {
        return Err(why.to_owned());
    }
    if plan.lineage == Lineage::Editor {
        let edit = hand_out(owner, path, plan);
        let _ = owner.outbox.send(Out::Edit(Box::new(edit)));
        return Ok(());
    }
    let done = owner.store.carry_out(path, plan);
    written(owner, path, done)
}

/// Takes note of a file that was written, or says why it was not.
pub(super) fn written(owner: &mut Owner, path: &str, done: anyhow::Result<bool>) -> Result<(), String> {
    match done {
        Ok(true) => {
            owner.read(path, false);
            Ok(())
        }
        Ok(false) => Err("it was written by someone else just now; nothing was changed in it".to_owned()),
        Err(error) => Err(format!("{error:#}")),
    }
}
