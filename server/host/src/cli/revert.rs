//! `countersign revert`: takes agents' changes back out of the files, and leaves the user's standing.

use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Args as ClapArgs;
use countersign_core::author::Author;
use countersign_core::document::Act;
use countersign_core::edit::{Deed, Lineage};
use countersign_core::revert::{Plan, Request, plan};
use countersign_core::workspace::Content;

use super::Desk;
use super::paint::{Ink, count, ink};
use super::select::{Selected, Selection, is_session};
use crate::disk;
use crate::journal::Disk;
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

pub(super) fn run(dir: &Path, args: &Args) -> Result<ExitCode> {
    let mut desk = Desk::open(dir)?;
    let selected = args.what.resolve(&desk)?;
    let plans = plans(&desk, &selected, args);
    if plans.is_empty() {
        println!("nothing to revert");
        return Ok(ExitCode::SUCCESS);
    }
    for (path, plan) in &plans {
        say(path, plan, &desk);
    }
    if args.dry_run {
        return Ok(ExitCode::SUCCESS);
    }
    if !args.yes && at_work(&desk) && !args.now {
        bail!("an agent is at work: it may write the same again. Wait for its turn to end, or say --now");
    }
    if !args.yes && !confirmed()? {
        println!("nothing was changed");
        return Ok(ExitCode::FAILURE);
    }
    let mut left = 0;
    for (path, plan) in plans {
        if let Err(error) = carry_out(&mut desk, &path, &plan) {
            eprintln!("countersign: {path}: {error:#}");
            left += 1;
        }
    }
    Ok(if left == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn plans(desk: &Desk, selected: &[Selected], args: &Args) -> Vec<(String, Plan)> {
    let whose = |author: &Author| match args.what.session() {
        Some(wanted) => author.session().is_some_and(|session| is_session(session, wanted)),
        None => author.is_agent() || args.what.is_by_name() && *author == Author::External,
    };
    let mut plans = Vec::new();
    for Selected { path, hunks } in selected {
        let Some(file) = desk.store.workspace.file(path) else { continue };
        let deeds: Vec<Deed> = hunks.iter().flat_map(|hunk| hunk.deeds.clone()).collect();
        let request = Request { whose: &whose, only: Some(&deeds), accepted_too: false, mine_too: args.include_mine };
        let plan = plan(&file.document, Lineage::Disk, &request);
        if !plan.is_empty() {
            plans.push((path.clone(), plan));
        }
    }
    plans
}

fn say(path: &str, plan: &Plan, desk: &Desk) {
    let gone: usize = plan.splices.iter().map(|splice| lines_of(desk, path, &splice.range)).sum();
    let back: usize = plan.splices.iter().map(|splice| splice.text.lines().count()).sum();
    println!("{}  {} go, {} come back", ink(Ink::Strong, path), count(gone, "line"), count(back, "line"));
    for (author, lines) in &plan.held {
        let whose = if *author == Author::User { "you".to_owned() } else { author.to_string() };
        println!(
            "  {}",
            ink(
                Ink::Mine,
                &format!(
                    "{} of the agent's stay: {whose} changed them since (--include-mine takes them out too)",
                    count(*lines, "line")
                )
            )
        );
    }
}

fn lines_of(desk: &Desk, path: &str, range: &std::ops::Range<usize>) -> usize {
    let text = desk
        .store
        .workspace
        .file(path)
        .map(|file| file.document.text(Lineage::Disk).byte_slice(range.clone()).to_string());
    text.map_or(0, |text| text.lines().count())
}

fn at_work(desk: &Desk) -> bool {
    let ten_minutes = 10 * 60 * 1000;
    desk.store.workspace.sessions().values().any(|session| session.at_work && session.heard + ten_minutes > now())
}

fn confirmed() -> Result<bool> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        bail!("this changes files: say --yes, or --dry-run to see what it would do");
    }
    print!("Revert? [y/N] ");
    std::io::stdout().flush()?;
    let mut answer = String::new();
    stdin.lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// Writes the file as planned, if it is still what it was, and journals what that was.
fn carry_out(desk: &mut Desk, path: &str, plan: &Plan) -> Result<()> {
    let full = desk.store.root.join(path);
    let file = desk.store.workspace.file_mut(path).context("the file is not followed")?;
    file.document.hand_out(plan, &Act::user(now()));
    let before = file.document.text(Lineage::Disk).to_string();
    let content = file.content_for(&plan.target);
    let expected = if file.present { Disk::Holds(crate::journal::hash(before.as_bytes())) } else { Disk::Absent };
    let bytes = plan.target.to_string();
    let wanted = (content != Content::Absent).then_some(bytes.as_bytes());
    if !disk::replace(&full, expected, wanted)? {
        bail!("it was written by someone else just now; nothing was changed, look again");
    }
    desk.store.read(path, false, false)?;
    Ok(())
}
