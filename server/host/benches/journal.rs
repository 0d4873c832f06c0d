//! Figures of the journal: one small append; a fresh process that opens a journal of 100,000 events and appends; two
//! processes that append at once. The other processes are this binary again, told what to do by its arguments.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use countersign::journal::{Appended, Durability, Journal, NewEvent};

const NOW: i64 = 1_795_234_873_000;
const EVENTS: usize = 100_000;
const PER_WRITER: usize = 5_000;
const PROCESSES: usize = 300;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["once", dir] => once(Path::new(dir)),
        ["many", dir] => many(Path::new(dir)),
        _ => all(),
    }
}

fn all() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let mut journal = Journal::open(dir.path(), NOW)?.journal;
    println!("one small event, edit:      {}", spread(timed_appends(&mut journal, Durability::Edit, 20_000)?));
    println!("one small event, decision:  {}", spread(timed_appends(&mut journal, Durability::Decision, 2_000)?));
    while journal.last_seq()? < EVENTS as i64 {
        let body = body();
        append(&mut journal, &vec![event("src/lib.rs", &body); 100], Durability::Edit)?;
    }
    println!("opening with {EVENTS} events in it, {PROCESSES} fresh processes, one after the other:");
    println!(" while another process has it open:");
    fresh(dir.path())?;
    drop(journal);
    println!(" while none has:");
    fresh(dir.path())?;
    println!("two processes at once, {PER_WRITER} appends each:");
    let started = Instant::now();
    let writers: Vec<Child> = (0..2).map(|_| again("many", dir.path())).collect::<Result<_>>()?;
    for writer in writers {
        println!("  each append:              {}", String::from_utf8(writer.wait_with_output()?.stdout)?.trim());
    }
    println!("  together:                 {:.0}/s", 2.0 * PER_WRITER as f64 / started.elapsed().as_secs_f64());
    let journal = Journal::open(dir.path(), NOW)?.journal;
    let started = Instant::now();
    let verified = journal.verify()?;
    ensure!(verified.broken.is_none(), "{verified:?}");
    println!("verify {} events:       {:?}", verified.events, started.elapsed());
    let size: u64 = std::fs::metadata(dir.path().join("journal.sqlite"))?.len();
    println!("bytes per event:            {}", size / verified.events);
    Ok(())
}

/// Open to first append, and the whole life of the process as its parent sees it.
fn fresh(dir: &Path) -> Result<()> {
    let (mut inside, mut outside) = (Vec::new(), Vec::new());
    for _ in 0..PROCESSES {
        let started = Instant::now();
        let out = again("once", dir)?.wait_with_output()?;
        outside.push(started.elapsed());
        inside.push(Duration::from_nanos(String::from_utf8(out.stdout)?.trim().parse().context("a time")?));
    }
    println!("  open to first append:     {}", spread(inside));
    println!("  whole process:            {}", spread(outside));
    Ok(())
}

fn once(dir: &Path) -> Result<()> {
    let started = Instant::now();
    let mut journal = Journal::open(dir, NOW)?.journal;
    append(&mut journal, &[event("src/main.rs", &body())], Durability::Edit)?;
    let elapsed = started.elapsed();
    drop(journal);
    println!("{}", elapsed.as_nanos());
    Ok(())
}

fn many(dir: &Path) -> Result<()> {
    let mut journal = Journal::open(dir, NOW)?.journal;
    println!("{}", spread(timed_appends(&mut journal, Durability::Edit, PER_WRITER)?));
    Ok(())
}

fn again(role: &str, dir: &Path) -> Result<Child> {
    Ok(Command::new(std::env::current_exe()?).arg(role).arg(dir).stdout(Stdio::piped()).spawn()?)
}

fn timed_appends(journal: &mut Journal, durability: Durability, count: usize) -> Result<Vec<Duration>> {
    let (paths, body): (Vec<String>, String) = ((0..50).map(|n| format!("src/module{n}/file.rs")).collect(), body());
    (0..count)
        .map(|n| {
            let started = Instant::now();
            append(journal, &[event(&paths[n % 50], &body)], durability)?;
            Ok(started.elapsed())
        })
        .collect()
}

fn append(journal: &mut Journal, batch: &[NewEvent<'_>], durability: Durability) -> Result<()> {
    let appended = journal.append(batch, None, durability)?;
    ensure!(matches!(appended, Appended::Written { .. }), "{appended:?}");
    Ok(())
}

fn event<'a>(path: &'a str, body: &'a str) -> NewEvent<'a> {
    NewEvent { kind: "edit", path: Some(path), session: Some("5f0c-session"), time: NOW, body, blobs: &[] }
}

/// About 400 bytes.
fn body() -> String {
    format!(r#"{{"edit":[7,1042],"at":[7,1039,16],"insert":"{}"}}"#, "let parsed = parse(line)?; ".repeat(13))
}

fn spread(mut times: Vec<Duration>) -> String {
    times.sort();
    let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize];
    format!("p50 {:?}  p99 {:?}  max {:?}", at(0.5), at(0.99), at(1.0))
}
