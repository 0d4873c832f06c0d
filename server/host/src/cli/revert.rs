//! `countersign revert`: takes agents' changes back out of the files, and leaves the user's standing.

use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Args as ClapArgs;
use countersign_core::author::Author;
use countersign_core::edit::{Deed, Lineage};
use countersign_core::event::Whole;
use countersign_core::revert::{Plan, Request, plan};
use countersign_core::whole::Earlier;
use countersign_core::workspace::GONE;

use super::Desk;
use super::paint::{Ink, count, ink, shown};
use super::select::{Selected, Selection};
use crate::store::now;

#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    #[command(flatten)]
    what: Selection,
    /// Also what you wrote in the same hunks
    #[arg(long)]
    include_mine: bool,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
    /// Do not wait for the agent's turn to end
    #[arg(long)]
    now: bool,
}

/// What is to be done to a file.
enum Step {
    /// Its text changes.
    Text(Box<Plan>),
    /// It is no text, or was none: it becomes this.
    Whole(Whole),
    /// It goes.
    Gone,
}

pub(super) fn run(dir: &Path, args: &Args) -> Result<ExitCode> {
    let mut desk = Desk::open(dir)?;
    let selected = args.what.resolve(&desk)?;
    let steps = steps(&desk, selected, args);
    if steps.is_empty() {
        println!("nothing to revert");
        return Ok(ExitCode::SUCCESS);
    }
    for (path, step) in &steps {
        say(path, step, &desk);
    }
    if args.dry_run {
        return Ok(ExitCode::SUCCESS);
    }
    if !args.yes && desk.store.workspace.is_at_work(now()) && !args.now {
        bail!("an agent is at work: it may write the same again. Wait for its turn to end, or say --now");
    }
    if !args.yes && !confirmed("Revert")? {
        println!("nothing was changed");
        return Ok(ExitCode::FAILURE);
    }
    let mut left = 0;
    for (path, step) in steps {
        if let Err(error) = carry_out(&mut desk, &path, &step) {
            eprintln!("countersign: {}: {error:#}", shown(&path));
            left += 1;
        }
    }
    Ok(if left == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn steps(desk: &Desk, selected: Vec<Selected>, args: &Args) -> Vec<(String, Step)> {
    let whose = |author: &Author| args.what.is_by(author);
    let mut steps = Vec::new();
    for Selected { path, hunks, all, earlier } in selected {
        let Some(file) = desk.store.workspace.file(&path) else { continue };
        match earlier {
            Some(Earlier::Whole(whole)) => steps.push((path, Step::Whole(whole))),
            Some(Earlier::Absent) => steps.push((path, Step::Gone)),
            Some(Earlier::Text(plan)) => steps.push((path, Step::Text(plan))),
            None => {
                let deeds: Vec<Deed> = hunks.iter().flat_map(|hunk| hunk.deeds.clone()).collect();
                let only = (!all).then_some(deeds.as_slice());
                let request = Request { whose: &whose, only, accepted_too: false, mine_too: args.include_mine };
                let plan = plan(&file.document, Lineage::Disk, &request);
                if !plan.is_empty() {
                    steps.push((path, Step::Text(Box::new(plan))));
                }
            }
        }
    }
    steps
}

fn say(path: &str, step: &Step, desk: &Desk) {
    let name = ink(Ink::Strong, &shown(path));
    let is_whole = desk.store.workspace.file(path).is_some_and(|file| file.is_whole);
    let plan = match step {
        Step::Gone => return println!("{name}  goes"),
        Step::Whole(whole) if whole.why == GONE => return println!("{name}  goes"),
        Step::Whole(whole) => {
            return println!("{name}  comes back as it was: {}, {}", whole.why, count(whole.len as usize, "byte"));
        }
        Step::Text(plan) if is_whole => {
            return println!("{name}  comes back as it was: {} of text", count(plan.target.len_lines(), "line"));
        }
        Step::Text(plan) => plan,
    };
    let gone: usize = plan.splices.iter().map(|splice| lines_of(desk, path, &splice.range)).sum();
    let back: usize = plan.splices.iter().map(|splice| splice.text.lines().count()).sum();
    println!("{name}  {}, {}", verb(gone, "goes", "go"), verb(back, "comes back", "come back"));
    for (author, lines) in &plan.held {
        let whose = if *author == Author::User { "you".to_owned() } else { author.to_string() };
        let stay = verb(*lines, "of the agent's stays", "of the agent's stay");
        println!(
            "  {}",
            ink(Ink::Mine, &format!("{stay}: {whose} changed it since (--include-mine takes it out too)"))
        );
    }
}

fn verb(lines: usize, one: &str, many: &str) -> String {
    format!("{} {}", count(lines, "line"), if lines == 1 { one } else { many })
}

fn lines_of(desk: &Desk, path: &str, range: &std::ops::Range<usize>) -> usize {
    let text = desk
        .store
        .workspace
        .file(path)
        .map(|file| file.document.text(Lineage::Disk).byte_slice(range.clone()).to_string());
    text.map_or(0, |text| text.lines().count())
}

/// Asks on a terminal whether to do what was said.
pub(super) fn confirmed(verb: &str) -> Result<bool> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        bail!("this changes files: say --yes, or --dry-run to see what it would do");
    }
    print!("{verb}? [y/N] ");
    std::io::stdout().flush()?;
    let mut answer = String::new();
    stdin.lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// Makes the file what was planned, if it is still what it was and no editor holds changes of it, and journals what that was.
fn carry_out(desk: &mut Desk, path: &str, step: &Step) -> Result<()> {
    if desk.store.is_unsaved_in_an_editor(path)? {
        bail!("it has unsaved changes in an editor: revert it there, or save it first; nothing was changed");
    }
    let written = match step {
        Step::Text(plan) => desk.store.carry_out(path, plan)?,
        Step::Whole(whole) => desk.store.put_back(path, whole)?,
        Step::Gone => desk.store.bring_back(path, &Earlier::Absent)?,
    };
    if !written {
        bail!("it was written by someone else just now; nothing was changed, look again");
    }
    Ok(())
}
