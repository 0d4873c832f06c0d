//! `countersign revert`: takes agents' changes back out of the files, and leaves the user's standing.

use std::collections::VecDeque;
use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Args as ClapArgs;
use countersign_core::author::Author;
use countersign_core::edit::{Deed, Lineage};
use countersign_core::event::Whole;
use countersign_core::revert::{Plan, Request, plan};
use countersign_core::weave::Splice;
use countersign_core::whole::Earlier;
use countersign_core::workspace::{Content, GONE, Way};

use super::paint::{Ink, count, ink, shown};
use super::select::{Selected, Selection};
use super::{Desk, persons};
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

/// All that is to be done to a file, from the first to the last.
#[derive(Default)]
struct Steps {
    content: Option<Step>,
    mode: Option<u32>,
    way: Option<Way>,
    /// Whether it is to be there, with nothing in it.
    empty: Option<bool>,
}

/// What is to be done to what a file holds.
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
    for (path, steps) in &steps {
        say(path, steps, &desk);
    }
    if args.dry_run {
        return Ok(ExitCode::SUCCESS);
    }
    if args.include_mine {
        persons::may_decide(&desk.store.root, "take back what you wrote")?;
    }
    if !args.yes && desk.store.workspace.is_at_work(now()) && !args.now {
        bail!("an agent is at work: it may write the same again. Wait for its turn to end, or say --now");
    }
    if !args.yes && !confirmed("Revert")? {
        println!("nothing was changed");
        return Ok(ExitCode::FAILURE);
    }
    let whose = |author: &Author| args.what.is_by(author);
    let left = carry_out_all(&mut desk, steps, &whose);
    Ok(if left == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Files change in place first, and then go back to theirs. How many could not.
fn carry_out_all(desk: &mut Desk, steps: Vec<(String, Steps)>, whose: &dyn Fn(&Author) -> bool) -> usize {
    let mut left = 0;
    let mut complain = |path: &str, error: &anyhow::Error| {
        eprintln!("countersign: {}: {error:#}", shown(path));
        left += 1;
    };
    let mut movers: VecDeque<(String, String)> = VecDeque::new();
    for (path, steps) in steps {
        match carry_out(desk, &path, &steps) {
            Ok(()) => {
                if let Some(Way::Back(to)) = steps.way {
                    movers.push_back((path, to));
                }
            }
            Err(error) => complain(&path, &error),
        }
    }
    for (path, error) in desk.store.go_back_all(movers, whose) {
        complain(&path, &error);
    }
    left
}

fn steps(desk: &Desk, selected: Vec<Selected>, args: &Args) -> Vec<(String, Steps)> {
    let whose = |author: &Author| args.what.is_by(author);
    let mut all = Vec::new();
    for Selected { path, hunks, all: all_of_it, earlier, way, mode, empty } in selected {
        let Some(file) = desk.store.workspace.file(&path) else { continue };
        let content = match earlier {
            Some(Earlier::Whole(whole)) => Some(Step::Whole(whole)),
            Some(Earlier::Absent) => Some(Step::Gone),
            Some(Earlier::Text(plan)) => Some(Step::Text(plan)),
            None => {
                let deeds: Vec<Deed> = hunks.iter().flat_map(|hunk| hunk.deeds.clone()).collect();
                let only = (!all_of_it).then_some(deeds.as_slice());
                let request = Request { whose: &whose, only, accepted_too: false, mine_too: args.include_mine };
                let plan = plan(&file.document, Lineage::Disk, &request);
                (!plan.is_empty()).then(|| Step::Text(Box::new(plan)))
            }
        };
        // What is not there, and does not come back, goes nowhere.
        let way = way.filter(|_| match &content {
            Some(Step::Gone) => false,
            Some(Step::Whole(whole)) => whole.why != GONE,
            Some(Step::Text(plan)) => file.content_for(&plan.target) != Content::Absent,
            None => file.present,
        });
        if content.is_some() || mode.is_some() || way.is_some() || empty.is_some() {
            all.push((path, Steps { content, mode, way, empty }));
        }
    }
    all
}

fn say(path: &str, steps: &Steps, desk: &Desk) {
    if let Some(step) = &steps.content {
        say_content(path, step, desk);
    }
    let name = ink(Ink::Strong, &shown(path));
    match steps.empty {
        Some(true) => println!("{name}  comes back, with nothing in it"),
        Some(false) => println!("{name}  goes, with nothing in it"),
        None => {}
    }
    if let Some(mode) = steps.mode {
        println!("{name}  has mode {mode:o} again");
    }
    match &steps.way {
        Some(Way::Back(to)) => println!("{name}  goes back to {}", shown(to)),
        Some(Way::Held(from)) => {
            let why = format!("it stays here, and does not go back to {}: you moved it since", shown(from));
            println!("{name}  {}", ink(Ink::Mine, &why));
        }
        None => {}
    }
}

fn say_content(path: &str, step: &Step, desk: &Desk) {
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
    // A line that only gets another end neither goes nor comes.
    let is_end = |splice: &&Splice| !splice.text.is_empty() && splice.text.trim_matches(['\r', '\n']).is_empty();
    let (ends, lines): (Vec<&Splice>, Vec<&Splice>) =
        plan.splices.iter().partition(|splice| is_end(splice) && is_break(desk, path, &splice.range));
    let gone: usize = lines.iter().map(|splice| lines_of(desk, path, &splice.range)).sum();
    let back: usize = lines.iter().map(|splice| splice.text.lines().count()).sum();
    if !ends.is_empty() {
        println!("{name}  {}", verb(ends.len(), "ends as before", "end as before"));
    }
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

/// Whether a range of a file's text is nothing but a line's end.
fn is_break(desk: &Desk, path: &str, range: &std::ops::Range<usize>) -> bool {
    let file = desk.store.workspace.file(path);
    file.is_some_and(|file| {
        let text = file.document.text(Lineage::Disk).byte_slice(range.clone()).to_string();
        !text.is_empty() && text.trim_matches(['\r', '\n']).is_empty()
    })
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
fn carry_out(desk: &mut Desk, path: &str, steps: &Steps) -> Result<()> {
    if desk.store.is_unsaved_in_an_editor(path)? {
        bail!("it has unsaved changes in an editor: revert it there, or save it first; nothing was changed");
    }
    let written = match &steps.content {
        Some(Step::Text(plan)) => desk.store.carry_out(path, plan)?,
        Some(Step::Whole(whole)) => desk.store.put_back(path, whole)?,
        Some(Step::Gone) => desk.store.bring_back(path, &Earlier::Absent)?,
        None => match steps.empty {
            Some(is_there) => desk.store.put_empty_back(path, is_there)?,
            None => true,
        },
    };
    let is_there = desk.store.workspace.file(path).is_some_and(|file| file.present);
    let written = written
        && match steps.mode.filter(|_| is_there) {
            Some(mode) => desk.store.put_mode_back(path, mode)?,
            None => true,
        };
    if !written {
        bail!("it was written by someone else just now; nothing was changed, look again");
    }
    Ok(())
}
