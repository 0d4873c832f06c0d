//! Files that went elsewhere, as they are seen on disk: which came from where is asked before a file is taken for deleted or new. The way
//! back of one that a person wants where it was.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::PathBuf;

use anyhow::{Context, Result, anyhow, bail};
use countersign_core::author::Author;
use countersign_core::document::Act;
use countersign_core::edit::Lineage;
use countersign_core::event::Fact;
use countersign_core::revert::{Request, plan};
use countersign_core::whole::{Earlier, earlier};
use countersign_core::workspace::{Content, File, GONE, Sight, pair};

use super::{Reach, Store, now};
use crate::disk::{self, Reading};
use crate::journal::{Appended, Disk, Event, Head, Seq};

/// The executable bits of a mode, and those of who may read.
const RUN: u32 = 0o111;
const READ: u32 = 0o444;

impl Store {
    /// Takes note of those files among these that moved, from one of them to another. `by_command` says that a command just ran: what
    /// git has of files that were not followed is what was committed, since the command may have changed the index. The paths of those
    /// that moved.
    ///
    /// # Errors
    /// If the journal cannot be read or written.
    pub fn settle_moves(&mut self, paths: &BTreeSet<String>, by_command: bool) -> Result<Vec<String>> {
        let (gone, there): (Vec<&String>, Vec<&String>) = paths.iter().partition(|path| self.is_gone(path));
        // One that was made again where it was did not go elsewhere.
        let just_gone = self.workspace.just_gone(now()).filter(|path| self.is_gone(path));
        let just_gone: Vec<String> = just_gone.map(str::to_owned).collect();
        if gone.is_empty() && just_gone.is_empty() {
            return Ok(Vec::new());
        }
        let gone: BTreeSet<String> = gone.into_iter().cloned().chain(just_gone).collect();
        for path in gone.iter().chain(there.iter().copied()) {
            self.know_path(path)?;
            if self.workspace.file(path).is_none() {
                self.begin_as_git_has_it(path, by_command)?;
            }
        }
        let mut come = Vec::new();
        for path in there {
            // A folder is no file, and what is closed to us is not followed.
            if self.workspace.file(path).is_none_or(|file| !file.present)
                && let Ok(reading) = self.look_at(path)
            {
                come.push((path.clone(), reading));
            }
        }
        let mut moved = Vec::new();
        for (from, to) in self.pairs(&gone, &come) {
            if let Some((_, reading)) = come.iter().find(|(path, _)| *path == to) {
                self.take_move(&from, &to, reading)?;
                moved.extend([from, to]);
            }
        }
        Ok(moved)
    }

    fn pairs(&self, gone: &BTreeSet<String>, come: &[(String, Reading)]) -> Vec<(String, String)> {
        let known = gone.iter().filter_map(|path| Some((path.as_str(), self.workspace.file(path)?)));
        let gone: Vec<(&str, &File)> = known.collect();
        let come: Vec<(&str, &Content)> =
            come.iter().map(|(path, reading)| (path.as_str(), &reading.content)).collect();
        pair(&gone, &come).into_iter().map(|(from, to)| (from.to_owned(), to.to_owned())).collect()
    }

    /// Where a file came from that was not here, or was another: it has all that another had, which is not there any more.
    pub(super) fn origin(&self, path: &str, reading: &Reading) -> Option<String> {
        let is_known = |file: &File| {
            let same = matches!(&reading.content, Content::Text(text) if file.document.text(Lineage::Disk) == text);
            file.document.is_open() || file.present && !file.is_whole && same
        };
        if reading.disk == Disk::Absent || self.workspace.file(path).is_some_and(is_known) {
            return None;
        }
        let mut twins = self.workspace.twins(path, &reading.content, now());
        twins.find(|from| disk::is_gone(&self.root, from, path)).map(str::to_owned)
    }

    /// Journals that a file moved, and believes it. Where another process was faster, its word is taken over.
    pub(super) fn take_move(&mut self, from: &str, to: &str, reading: &Reading) -> Result<bool> {
        self.know_path(from)?;
        // Where a folder went, the files in it do not tell when.
        let sight = Sight { changed: now(), ..self.sight(to, reading) };
        let mut act = self.workspace.mover(from, to, &sight);
        if act.author == Author::External && self.git.put(to, reading) {
            act = Act::nobody(act.at);
        }
        self.journal_move(from, to, &act)
    }

    /// Takes note that the user gave a file another name, where that is not known yet. Whether it was not.
    ///
    /// # Errors
    /// If the journal cannot be read or written.
    pub fn renamed_by_user(&mut self, from: &str, to: &str) -> Result<bool> {
        self.know_path(from)?;
        self.know_path(to)?;
        let is_there = !self.is_gone(to);
        match self.workspace.file(from) {
            Some(file) if file.present && is_there && disk::is_gone(&self.root, from, to) => {
                self.journal_move(from, to, &Act::user(now()))
            }
            _ => Ok(false),
        }
    }

    /// Has files go back to where they were before these authors moved them, one after the other, since one may stand in another's way
    /// until it has gone. Those that cannot, and why.
    pub fn go_back_all(
        &mut self,
        mut movers: VecDeque<(String, String)>,
        whose: &dyn Fn(&Author) -> bool,
    ) -> Vec<(String, anyhow::Error)> {
        let (mut failed, mut tries) = (Vec::new(), 0);
        while let Some((path, to)) = movers.pop_front() {
            let why = match self.move_back(&path, &to, whose) {
                Ok(true) => {
                    tries = 0;
                    continue;
                }
                Ok(false) => anyhow!("it was written by someone else just now, and stays here: look again"),
                Err(error) => error,
            };
            if tries < movers.len() {
                tries += 1;
                movers.push_back((path, to));
            } else if movers.iter().any(|(other, _)| *other == to) {
                // Each stands in the place of another of them: one steps aside, to a name of its own.
                let aside = format!("{path}.countersign-{}", self.workspace.process());
                match self.move_back(&path, &aside, whose) {
                    Ok(true) => movers.push_back((aside, to)),
                    _ => failed.push((path, why)),
                }
                tries = 0;
            } else {
                failed.push((path, why));
            }
        }
        failed
    }

    fn journal_move(&mut self, from: &str, to: &str, act: &Act) -> Result<bool> {
        let head = |path: &str| Ok::<_, anyhow::Error>(self.journal.head(path)?.map(|head| head.disk));
        let (old, new) = (head(from)?, head(to)?);
        let facts = self.workspace.moving(from, to, act);
        let heads = [
            Head { path: from, expected: old, new: Disk::Absent },
            Head { path: to, expected: new, new: old.unwrap_or(Disk::Absent) },
        ];
        let append =
            self.write_by(&facts, &[], |journal, batch, durability| journal.append_moving(batch, &heads, durability))?;
        match append {
            Appended::Written { .. } => {
                self.recall_all(&facts)?;
                Ok(true)
            }
            Appended::Replaced => bail!("the journal was replaced while it was open: start again"),
            _ => {
                self.know_path(from)?;
                self.know_path(to)?;
                Ok(false)
            }
        }
    }

    fn recall_all(&mut self, facts: &[Fact]) -> Result<()> {
        for fact in facts {
            self.workspace.recall(fact).map_err(|missing| anyhow::anyhow!("{missing}"))?;
        }
        self.pay_owed()
    }

    /// Journals what editors' buffers became as files moved.
    pub(super) fn pay_owed(&mut self) -> Result<()> {
        let owed = self.workspace.take_owed();
        // What others told can be taken in while nothing can be written.
        if owed.is_empty() { Ok(()) } else { self.append(&owed) }
    }

    /// Takes over a file of which not all is known, since it came from elsewhere: with all the paths that it came by, from the start.
    pub(super) fn take_over_from_all_it_came_from(&mut self, path: &str) -> Result<()> {
        let mut all: BTreeMap<Seq, Event> = BTreeMap::new();
        let (mut waiting, mut known) = (vec![path.to_owned()], BTreeSet::new());
        while let Some(path) = waiting.pop() {
            if !known.insert(path.clone()) {
                continue;
            }
            for event in self.journal.events_of_path(&path, 0)? {
                if let countersign_core::event::What::Moved(moved) = self.decode(&event)?.what {
                    waiting.push(moved.from);
                }
                all.insert(event.seq, event);
            }
            self.workspace.forget(&path);
        }
        self.take_over(&all.values().collect::<Vec<_>>())?;
        if let Reach::Some { paths, .. } = &mut self.reach {
            for path in known {
                let last = all.values().rfind(|event| event.path.as_deref() == Some(&path));
                paths.insert(path, last.map(|event| event.seq).unwrap_or_default());
            }
        }
        Ok(())
    }

    /// What a file holds now. One that another name of it was known by before is the other, where the file system takes both for one.
    pub(super) fn look_at(&self, path: &str) -> Result<Reading> {
        let reading = disk::read_in(&self.root, path)?;
        let is_back = reading.disk != Disk::Absent && self.workspace.file(path).is_some_and(|file| !file.present);
        let is_another = |(other, file): (&str, &File)| {
            other != path && file.present && disk::is_gone(&self.root, path, other) && !self.is_gone(other)
        };
        let lower = path.to_lowercase();
        let mut spelt = self.workspace.files().filter(|(other, _)| is_back && other.to_lowercase() == lower);
        Ok(if spelt.any(is_another) { Reading::absent() } else { reading })
    }

    /// How a file came to be read, as far as the file tells.
    pub(super) fn sight(&self, path: &str, reading: &Reading) -> Sight {
        // A clock that runs ahead, or a file that is gone, tells nothing.
        let changed = reading.changed.unwrap_or_else(now).min(now());
        let written = reading.modified.unwrap_or_else(now).min(now());
        // What came from elsewhere brought its time along, and was put here when its name was.
        let came = self.workspace.file(path).is_some_and(|file| !file.present) && reading.disk != Disk::Absent;
        let written = if came { changed } else { written };
        Sight { written, changed, mode: reading.mode, at: now(), ..Sight::default() }
    }

    /// Whether a file has the mode that it is known to have.
    #[must_use]
    pub fn has_mode(&self, path: &str, reading: &Reading) -> bool {
        reading.mode.is_none() || self.workspace.file(path).is_none_or(|file| file.mode == reading.mode)
    }

    /// Where a file is to be written, if that is in the workspace.
    pub(super) fn place(&self, path: &str) -> Result<PathBuf> {
        if disk::is_behind_a_link(&self.root, path) {
            bail!("a link stands in the place of a folder that it was in: nothing is written through it");
        }
        Ok(self.root.join(path))
    }

    /// Files that are gone may have gone elsewhere: git knows what is new.
    pub(super) fn look_for_what_is_gone(&mut self, heads: &BTreeMap<String, Disk>) -> Result<()> {
        let is_lost = |(path, disk): &(&String, &Disk)| **disk != Disk::Absent && self.is_gone(path);
        let mut paths: BTreeSet<String> = heads.iter().filter(is_lost).map(|(path, _)| path.clone()).collect();
        if !paths.is_empty() {
            paths.extend(self.git.dirty()?.paths);
            self.settle_moves(&paths, false)?;
        }
        Ok(())
    }

    /// Looks where followed files went that are not where they were, before they are taken for deleted.
    ///
    /// # Errors
    /// As [`Store::settle_moves`].
    pub fn look_where_they_went(&mut self, paths: &[String]) -> Result<()> {
        for path in paths {
            self.know_path(path)?;
            let is_lost = self.workspace.file(path).is_some_and(|file| file.present) && self.is_gone(path);
            if is_lost {
                let new = self.git.dirty()?.paths;
                self.settle_moves(&new.into_iter().chain(paths.iter().cloned()).collect(), false)?;
                return Ok(());
            }
        }
        Ok(())
    }

    fn is_gone(&self, path: &str) -> bool {
        disk::is_behind_a_link(&self.root, path) || disk::is_gone(&self.root, path, path)
    }

    /// Follows a file from what it was before a command that has just run: what is committed, where nobody had looked at it, since the
    /// command may have changed the index.
    ///
    /// # Errors
    /// If the journal cannot be read or written.
    pub fn begin_before_command(&mut self, path: &str) -> Result<()> {
        self.know_path(path)?;
        if self.workspace.file(path).is_some() { Ok(()) } else { self.begin_as_git_has_it(path, true) }
    }

    /// Follows a file from what git has of it, where that can be told.
    fn begin_as_git_has_it(&mut self, path: &str, by_command: bool) -> Result<()> {
        let of_git = if by_command { self.held.committed(path) } else { self.git.before(path) };
        match of_git {
            Some(of_git) => {
                let there = self.look_at(path).unwrap_or_else(|_| Reading::absent());
                self.begin_with(path, &there, Some(&of_git))
            }
            None => Ok(()),
        }
    }

    /// Brings a file back to where it was before, and what it had replaced there into its place, without what these authors did to that.
    ///
    /// # Errors
    /// If something stands in its way, or a file or the journal cannot be read or written.
    pub fn move_back(&mut self, path: &str, to: &str, whose: &dyn Fn(&Author) -> bool) -> Result<bool> {
        self.place(path)?;
        self.place(to)?;
        // What is gone by now has nowhere to go.
        if self.workspace.file(path).is_none_or(|file| !file.present) {
            return Ok(true);
        }
        let known = self.journal.head(path)?.map(|head| head.disk);
        if Some(self.look_at(path)?.disk) != known {
            return Ok(false);
        }
        let was_at: Vec<String> = self
            .workspace
            .file(path)
            .map(|file| file.former_paths().skip_while(|from| *from != to).skip(1).map(str::to_owned).collect())
            .unwrap_or_default();
        if !disk::rename(&self.root, path, to)? {
            bail!("it cannot go back to {to}: something stands there now; move that away first");
        }
        if !self.journal_move(path, to, &Act::user(now()))? && self.workspace.file(to).is_none_or(|file| !file.present)
        {
            bail!("it went back to {to}, and someone else wrote there meanwhile: look again");
        }
        self.read(to, false, false)?;
        for path in was_at.iter().map(String::as_str).chain([path]) {
            self.put_back_what_was_replaced(path, whose)?;
        }
        disk::remove_empty_folders(&self.root, path);
        Ok(true)
    }

    fn put_back_what_was_replaced(&mut self, path: &str, whose: &dyn Fn(&Author) -> bool) -> Result<()> {
        let Some(file) = self.workspace.file(path).filter(|file| !file.present) else { return Ok(()) };
        let was = earlier(file, whose).or_else(|| {
            let last = file.wholes.last().filter(|last| file.is_whole && last.why != GONE)?;
            Some(Earlier::Whole(last.clone()))
        });
        let done = match was {
            Some(was) => self.bring_back(path, &was)?,
            None if file.is_whole => true,
            None => {
                let request = Request { whose, only: None, accepted_too: false, mine_too: false };
                let plan = plan(&file.document, Lineage::Disk, &request);
                match file.content_for(&plan.target) {
                    Content::Absent => true,
                    _ => self.carry_out(path, &plan)?,
                }
            }
        };
        done.then_some(()).context("something was written in its old place just now: look again")
    }
}

/// The mode that a file had when it was as git has it: git knows only whether it can be run.
pub(super) fn mode_in_git(of_git: &Reading, there: &Reading) -> Option<u32> {
    let (of_git, mode) = (of_git.mode?, there.mode);
    Some(match mode {
        None => of_git,
        Some(mode) if of_git & RUN == 0 => mode & !RUN,
        Some(mode) if mode & RUN == 0 => mode | (mode & READ) >> 2,
        Some(mode) => mode,
    })
}
