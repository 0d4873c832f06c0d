//! `countersign restore`: lists what was lost, and brings exactly that back, to its place. Nothing else changes.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Args as ClapArgs;
use countersign_core::author::Author;
use countersign_core::destroyed::destroyed_whole;
use countersign_core::dropped::{Dropped, dropped};
use countersign_core::edit::{Deed, Lineage, Span};
use countersign_core::revert;
use countersign_core::review::destroyed;
use countersign_core::taken::taken;
use countersign_core::whole::Earlier;
use countersign_core::workspace::{Content, File};
use serde_json::{Value, json};

use super::paint::{Ink, count, ink, shown};
use super::revert::confirmed;
use super::{Desk, names};
use crate::git::Held;

#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// What to restore: ids as the list has them, files, folders; without any, what can be restored is listed
    what: Vec<PathBuf>,
    /// Only list it
    #[arg(long)]
    list: bool,
    /// List for machines
    #[arg(long)]
    json: bool,
    /// Print the text and leave the files as they are
    #[arg(long)]
    print: bool,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

/// Something that was lost.
struct Loss {
    id: String,
    path: String,
    lines: usize,
    /// Milliseconds since the Unix epoch; 0 where that is not known.
    when: u64,
    /// Whose doing it was.
    by: Vec<Author>,
    /// None of what is no text.
    text: Option<String>,
    how: How,
}

/// How it was lost, and comes back.
enum How {
    /// An agent took lines away.
    Destroyed(Vec<Deed>),
    /// An agent made something else of the whole file.
    Whole(Earlier),
    /// Neither the editor nor the disk has it any more.
    Dropped(Dropped),
    /// Git took lines away that it does not hold.
    Taken(Vec<Deed>),
}

pub(super) fn run(dir: &Path, args: &Args) -> Result<ExitCode> {
    let mut desk = Desk::open(dir)?;
    let losses = selected(&desk, losses(&desk)?, &args.what)?;
    if args.json {
        println!("{}", Value::Array(losses.iter().map(as_json).collect()));
        return Ok(ExitCode::SUCCESS);
    }
    if args.print {
        losses.iter().for_each(|loss| print!("{}", loss.text.as_deref().unwrap_or_default()));
        return Ok(ExitCode::SUCCESS);
    }
    if losses.is_empty() {
        println!("nothing to restore");
        return Ok(ExitCode::SUCCESS);
    }
    losses.iter().for_each(|loss| println!("{}", line(loss)));
    if args.list || args.what.is_empty() || args.dry_run {
        return Ok(ExitCode::SUCCESS);
    }
    if !args.yes && !confirmed("Restore")? {
        println!("nothing was changed");
        return Ok(ExitCode::FAILURE);
    }
    let mut left = 0;
    // From the newest to the oldest, each in the text that the one before left.
    for loss in &losses {
        if let Err(error) = bring_back(&mut desk, loss) {
            eprintln!("countersign: {}: {error:#}", shown(&loss.path));
            left += 1;
        }
    }
    Ok(if left == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// All that can be restored, newest first.
fn losses(desk: &Desk) -> Result<Vec<Loss>> {
    let git = Held::new(&desk.store.git);
    let held = |path: &str, since| git.of(path, since);
    let mut all = Vec::new();
    for (path, file) in desk.store.workspace.files() {
        for lost in destroyed(&desk.store.workspace, path, Lineage::Disk, &held) {
            let (id, by) = (lost.hunk.to_string(), lost.by.into_iter().collect());
            let (lines, when, text, how) = (lost.lines, lost.when, Some(lost.text), How::Destroyed(lost.deeds));
            all.push(Loss { id, path: path.to_owned(), lines, when, by, text, how });
        }
        all.extend(destroyed_whole(file, path, &held).map(|was| of_whole(path, file, was)));
        for lost in taken(&file.document, Lineage::Disk, &|since| texts(git.of(path, since))) {
            let id = named(lost.name);
            let (lines, when, text, how) = (lost.lines, lost.when, Some(lost.text), How::Taken(lost.deeds));
            all.push(Loss { id, path: path.to_owned(), lines, when, by: Vec::new(), text, how });
        }
        for lost in dropped(&file.document, &desk.store.unsaved_in_editors(path)?) {
            let id = named(lost.name);
            let (lines, when, text) = (lost.lines, lost.when, Some(lost.text.clone()));
            all.push(Loss { id, path: path.to_owned(), lines, when, by: Vec::new(), text, how: How::Dropped(lost) });
        }
    }
    // Of two of one moment the one that was found later is the newer.
    all.reverse();
    all.sort_by_key(|loss| std::cmp::Reverse(loss.when));
    Ok(all)
}

/// What a stretch of text is called: where its first bytes are.
fn named(Span { edit, start, .. }: Span) -> String {
    format!("{}.{}+{start}", edit.process, edit.counter)
}

/// The texts among what git holds.
fn texts(held: Option<Vec<Content>>) -> Vec<String> {
    let text = |content| match content {
        Content::Text(text) => Some(text.to_string()),
        Content::Absent | Content::Opaque { .. } => None,
    };
    held.unwrap_or_default().into_iter().filter_map(text).collect()
}

fn of_whole(path: &str, file: &File, was: Earlier) -> Loss {
    let by = file.wholes.last().map(|last| last.author.clone()).into_iter().collect();
    let (id, text) = match &was {
        Earlier::Whole(whole) => {
            (whole.hash.as_ref().map_or("whole", |hash| &hash[..hash.len().min(12)]).to_owned(), None)
        }
        Earlier::Text(plan) => ("text".to_owned(), Some(plan.target.to_string())),
        Earlier::Absent => ("absent".to_owned(), None),
    };
    let lines = text.as_deref().map_or(0, |text| text.lines().filter(|line| !line.trim().is_empty()).count());
    Loss { id: format!("{path}@{id}"), path: path.to_owned(), lines, when: 0, by, text, how: How::Whole(was) }
}

/// Those that are named, by id, file or folder; all where nothing is named. An id that is not there (any more) is refused.
fn selected(desk: &Desk, losses: Vec<Loss>, what: &[PathBuf]) -> Result<Vec<Loss>> {
    if what.is_empty() {
        return Ok(losses);
    }
    let is_id = |name: &PathBuf| losses.iter().any(|loss| Some(loss.id.as_str()) == name.to_str());
    let (ids, paths): (Vec<&PathBuf>, Vec<&PathBuf>) = what.iter().partition(|name| is_id(name));
    if let Some(stale) = paths.iter().filter_map(|name| name.to_str()).find(|name| looks_like_an_id(name)) {
        bail!("there is nothing to restore under {stale} (any more): see `countersign restore`");
    }
    let paths = desk.paths(&paths.into_iter().cloned().collect::<Vec<_>>())?;
    let is_named = |loss: &Loss| ids.iter().any(|id| id.to_str() == Some(&loss.id));
    let is_below = |loss: &Loss| !paths.is_empty() && names(&paths, &loss.path);
    Ok(losses.into_iter().filter(|loss| is_named(loss) || is_below(loss)).collect())
}

fn looks_like_an_id(name: &str) -> bool {
    name.contains('+')
        && name.starts_with(|ch: char| ch.is_ascii_digit())
        && name.chars().all(|ch| ch.is_ascii_digit() || "+:.".contains(ch))
}

fn bring_back(desk: &mut Desk, loss: &Loss) -> Result<()> {
    if desk.store.is_unsaved_in_an_editor(&loss.path)? {
        bail!("it has unsaved changes in an editor: restore it there, or save it first; nothing was changed");
    }
    let file = desk.store.workspace.file(&loss.path).context("the file is not followed")?;
    let plan = match &loss.how {
        How::Taken(deeds) => revert::put_back(&file.document, Lineage::Disk, deeds),
        How::Destroyed(deeds) => revert::restore(&file.document, Lineage::Disk, deeds),
        // Places are those of the text as it is, which the one before may have changed.
        How::Dropped(lost) => {
            let held = desk.store.unsaved_in_editors(&loss.path)?;
            let same = dropped(&file.document, &held).into_iter().find(|one| one.name == lost.name);
            same.and_then(|one| one.plan(&file.document))
        }
        How::Whole(_) => None,
    };
    let written = match (&loss.how, plan) {
        (How::Whole(was), _) => desk.store.restore_whole(&loss.path, was)?,
        (_, Some(plan)) => desk.store.carry_out(&loss.path, &plan)?,
        (_, None) => bail!("its place is gone: `countersign restore --print {}` prints it", loss.id),
    };
    if !written {
        bail!("it was written by someone else just now; nothing was changed, look again");
    }
    Ok(())
}

fn line(loss: &Loss) -> String {
    let what = match (&loss.how, &loss.text) {
        (How::Destroyed(_), _) => format!("{} destroyed", count(loss.lines, "line")),
        (How::Whole(Earlier::Whole(whole)), _) => {
            format!("{}, {} destroyed", whole.why, count(whole.len as usize, "byte"))
        }
        (How::Whole(_), _) => format!("{} destroyed, the whole file", count(loss.lines, "line")),
        (How::Taken(_), _) => format!("{} taken away by git, and in no commit", count(loss.lines, "line")),
        (How::Dropped(lost), _) if lost.place == Lineage::Editor => {
            format!("{} typed and not saved", count(loss.lines, "line"))
        }
        (How::Dropped(_), _) => format!("{} on disk overwritten by a save", count(loss.lines, "line")),
    };
    let by: Vec<String> = loss.by.iter().map(super::status::name).collect();
    let by = if by.is_empty() { String::new() } else { format!(" by {}", ink(Ink::Agent, &by.join(", "))) };
    let when = match jiff::Timestamp::from_millisecond(loss.when as i64) {
        Ok(at) if loss.when > 0 => format!("  {}", at.strftime("%Y-%m-%d %H:%M:%S UTC")),
        _ => String::new(),
    };
    let first = loss.text.as_deref().and_then(|text| text.lines().map(str::trim).find(|line| !line.is_empty()));
    let first =
        first.map(|first| format!("\n    {}", shown(&first.chars().take(100).collect::<String>()))).unwrap_or_default();
    format!("{}  {what}{by}{when}  {}{first}", ink(Ink::Strong, &shown(&loss.path)), ink(Ink::Faint, &loss.id))
}

fn as_json(loss: &Loss) -> Value {
    let kind = match &loss.how {
        How::Destroyed(_) => "destroyed",
        How::Whole(_) => "whole",
        How::Taken(_) => "taken-by-git",
        How::Dropped(lost) if lost.place == Lineage::Editor => "not-saved",
        How::Dropped(_) => "overwritten",
    };
    let by: Vec<Value> = loss.by.iter().map(super::status::author_json).collect();
    let when = (loss.when > 0).then_some(loss.when);
    json!({ "id": loss.id, "path": loss.path, "kind": kind, "lines": loss.lines, "when": when, "by": by, "text": loss.text })
}
