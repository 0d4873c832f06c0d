//! What the tests of the journal share: a journal in a folder of its own, events, and a journal drawn as text.

use std::path::Path;

use tempfile::TempDir;

use super::*;

mod append;
mod chain;
mod damage;
mod kept;
mod processes;
mod refusals;
mod spare;

/// 2026-11-21 04:21:13 UTC.
const NOW: i64 = 1_795_234_873_000;

fn open(dir: &Path) -> Journal {
    let opened = Journal::open(dir, NOW).expect("opens");
    assert_eq!(opened.set_aside, None);
    opened.journal
}

fn begin() -> (TempDir, Journal) {
    let dir = tempfile::tempdir().expect("a folder");
    let journal = open(&dir.path().join("state"));
    (dir, journal)
}

fn event(body: &str) -> NewEvent<'_> {
    NewEvent { kind: "edit", path: Some("src/a.rs"), session: Some("s1"), time: NOW, body, blobs: &[] }
}

fn append(journal: &mut Journal, bodies: &[&str]) {
    let batch: Vec<_> = bodies.iter().map(|body| event(body)).collect();
    let appended = journal.append(&batch, None, Durability::Edit).expect("appends");
    assert!(matches!(appended, Appended::Written { .. }), "{appended:?}");
}

fn draw(events: &[Event]) -> String {
    let line = |event: &Event| {
        let (path, session) = (event.path.as_deref().unwrap_or("-"), event.session.as_deref().unwrap_or("-"));
        format!("{} {} {path} {session} +{}ms {}\n", event.seq, event.kind, event.time - NOW, event.body)
    };
    events.iter().map(line).collect()
}

/// The names in the journal's folder, but those that SQLite may or may not leave.
fn names(dir: &Path) -> String {
    let mut names: Vec<_> = std::fs::read_dir(dir)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
        .filter(|name| !name.ends_with("-shm") && !name.ends_with("-wal"))
        .collect();
    names.sort();
    names.join("\n") + "\n"
}
