//! Several processes, one truth. The other processes are this test binary again, running the same test, which an
//! environment variable tells that it is not the first.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};

use rustix::fs::Mode;

use super::*;

const FOLDER: &str = "COUNTERSIGN_TEST_JOURNAL";

/// Starts this binary again, for the one test of that name.
fn again(test: &str, dir: &Path) -> Child {
    Command::new(std::env::current_exe().expect("this binary"))
        .args([&format!("journal::tests::processes::{test}"), "--exact", "--nocapture", "--test-threads=1"])
        .env(FOLDER, dir)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("starts")
}

/// The folder of the journal, in a process that is not the first.
fn not_the_first() -> Option<std::path::PathBuf> {
    std::env::var_os(FOLDER).map(Into::into)
}

/// Says something to the first process, whole or not at all (a pipe takes that much in one piece).
fn say(words: &str) {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("\n> {words}\n").as_bytes()).expect("says");
    out.flush().expect("says");
}

/// What a process says, line by line.
fn said(child: &mut Child) -> impl Iterator<Item = String> + use<> {
    let out = BufReader::new(child.stdout.take().expect("a pipe"));
    out.lines().map_while(Result::ok).filter_map(|line| line.strip_prefix("> ").map(str::to_string))
}

fn holds(text: &str) -> Disk {
    Disk::Holds(hash(text.as_bytes()))
}

/// Writes until it is killed: each event swaps the head of one of five files, and says from what to what. Each
/// acknowledged event is said.
fn write_for_ever(dir: &Path) {
    let mut journal = open(dir);
    let process = journal.register_process().expect("registers").0;
    for n in 0.. {
        let path = format!("file {}", n % 5);
        let (before, expected) = match journal.head(&path).expect("reads") {
            None => ("nothing".to_string(), None),
            Some(head) => {
                let last = journal.events_of_path(&path, head.seq - 1).expect("reads").remove(0);
                (last.body.split(" -> ").last().expect("a text").to_string(), Some(head.disk))
            }
        };
        let after = format!("{process}.{n} {}", "text ".repeat(n as usize % 400));
        let body = format!("{before} -> {after}");
        let event = NewEvent { path: Some(&path), blobs: &[after.as_bytes()], ..event(&body) };
        let durability = if n % 7 == 0 { Durability::Decision } else { Durability::Edit };
        let head = Head { path: &path, expected, new: holds(&after) };
        match journal.append(&[event], Some(&head), durability).expect("appends") {
            Appended::Written { first, .. } => say(&format!("{first} {process}.{n}")),
            Appended::Moved { .. } => {}
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn writers_that_are_killed_lose_nothing_that_was_acknowledged() {
    if let Some(dir) = not_the_first() {
        return write_for_ever(&dir);
    }
    let (dir, journal) = begin();
    drop(journal);
    let state = dir.path().join("state");
    let mut acknowledged: BTreeMap<Seq, String> = BTreeMap::new();
    for round in 0..24 {
        let mut writers: Vec<Child> =
            (0..2).map(|_| again("writers_that_are_killed_lose_nothing_that_was_acknowledged", &state)).collect();
        let mut voices: Vec<_> = writers.iter_mut().map(said).collect();
        // Both are at it, and are killed wherever they happen to be after some number of appends.
        for voice in &mut voices {
            acknowledged.extend(voice.by_ref().take(1 + round * 37 % 101).map(|line| acknowledgement(&line)));
        }
        for writer in &mut writers {
            writer.kill().expect("kills");
        }
        for (voice, writer) in voices.iter_mut().zip(&mut writers) {
            acknowledged.extend(voice.map(|line| acknowledgement(&line)));
            writer.wait().expect("ends");
        }
        is_whole(&open(&state), &acknowledged);
    }
    assert!(acknowledged.len() > 24 * 20, "{}", acknowledged.len());
}

/// The place, and the process and number of the text.
fn acknowledgement(line: &str) -> (Seq, String) {
    let (seq, text) = line.split_once(' ').expect("two words");
    (seq.parse().expect("a place"), text.to_string())
}

fn is_whole(journal: &Journal, acknowledged: &BTreeMap<Seq, String>) {
    assert_eq!(journal.verify().expect("walks").broken, None);
    let events = journal.events_after(0, usize::MAX).expect("reads");
    let mut held: BTreeMap<&str, (&str, Seq)> = BTreeMap::new();
    for event in &events {
        let (before, after) = event.body.split_once(" -> ").expect("from and to");
        let path = event.path.as_deref().expect("a path");
        let (last, _) = held.insert(path, (after, event.seq)).unwrap_or(("nothing", 0));
        assert_eq!(before, last, "event {} was swapped for another", event.seq);
    }
    for (seq, text) in acknowledged {
        let event = &events[usize::try_from(*seq - 1).expect("a place")];
        assert!(event.body.contains(&format!(" -> {text} ")), "event {seq} is not {text}");
    }
    let heads: Vec<_> =
        held.iter().map(|(path, (text, seq))| (path.to_string(), DiskHead { disk: holds(text), seq: *seq })).collect();
    assert_eq!(journal.heads().expect("reads"), heads);
}

/// What six processes say that open one journal at the same time: 'id process begun aside', then twenty places each.
fn six_at_once(test: &str, dir: &Path) -> Vec<Vec<String>> {
    let mut children: Vec<Child> = (0..6).map(|_| again(test, dir)).collect();
    let told = children.iter_mut().map(|child| said(child).collect()).collect();
    for mut child in children {
        assert!(child.wait().expect("ends").success());
    }
    told
}

fn open_and_append(dir: &Path) {
    let Opened { mut journal, begun, set_aside, .. } = Journal::open(dir, NOW).expect("opens");
    let process = journal.register_process().expect("registers").0;
    say(&format!("{} {process} {begun} {}", journal.id(), set_aside.is_some()));
    for _ in 0..20 {
        match journal.append(&[event("{}")], None, Durability::Edit).expect("appends") {
            Appended::Written { first, .. } => say(&first.to_string()),
            other => panic!("{other:?}"),
        }
    }
}

/// All six are in one journal, which one of them began; each has its own number and its own places.
fn agree(told: &[Vec<String>], aside: usize) {
    let column = |n: usize| told.iter().map(move |lines| lines[0].split(' ').nth(n).expect("four words"));
    assert_eq!(column(0).collect::<BTreeSet<_>>().len(), 1);
    assert_eq!(column(1).collect::<BTreeSet<_>>(), ["1", "2", "3", "4", "5", "6"].into());
    assert_eq!(column(2).filter(|begun| *begun == "true").count(), 1);
    assert_eq!(column(3).filter(|set_aside| *set_aside == "true").count(), aside);
    let places: BTreeSet<Seq> =
        told.iter().flat_map(|lines| &lines[1..]).map(|line| line.parse().expect("a place")).collect();
    assert_eq!(places, (1..=120).collect());
}

#[test]
fn processes_that_begin_a_journal_at_once_begin_one() {
    if let Some(dir) = not_the_first() {
        return open_and_append(&dir);
    }
    for _ in 0..5 {
        let dir = tempfile::tempdir().expect("a folder");
        let state = dir.path().join("state");
        agree(&six_at_once("processes_that_begin_a_journal_at_once_begin_one", &state), 0);
        assert_eq!(open(&state).verify().expect("walks").broken, None);
    }
}

#[test]
fn processes_that_meet_a_damaged_journal_at_once_set_it_aside_once() {
    if let Some(dir) = not_the_first() {
        return open_and_append(&dir);
    }
    for _ in 0..5 {
        let dir = tempfile::tempdir().expect("a folder");
        let state = dir.path().join("state");
        std::fs::create_dir(&state).expect("a folder");
        std::fs::write(state.join("journal.sqlite"), "garbage".repeat(1_000)).expect("writes");
        agree(&six_at_once("processes_that_meet_a_damaged_journal_at_once_set_it_aside_once", &state), 1);
        assert_eq!(open(&state).verify().expect("walks").broken, None);
        let aside = names(&state).lines().filter(|name| name.contains("corrupt")).count();
        assert_eq!(aside, 1);
    }
}

#[test]
fn the_folder_and_its_files_are_closed_to_others_whatever_the_umask() {
    if let Some(dir) = not_the_first() {
        for (name, umask) in [("open", 0o000), ("shut", 0o777)] {
            rustix::process::umask(Mode::from_raw_mode(umask));
            append(&mut open(&dir.join(name)), &["1"]);
        }
        return;
    }
    let dir = tempfile::tempdir().expect("a folder");
    let mut child = again("the_folder_and_its_files_are_closed_to_others_whatever_the_umask", dir.path());
    assert!(child.wait().expect("ends").success());
    for name in ["open", "shut"] {
        let state = dir.path().join(name);
        assert_eq!(state.metadata().expect("a folder").permissions().mode() & 0o777, 0o700);
        let files: Vec<_> = std::fs::read_dir(&state).expect("a folder").map(|entry| entry.expect("a file")).collect();
        assert!(files.len() >= 4, "{files:?}");
        for file in files {
            let mode = file.metadata().expect("a file").permissions().mode() & 0o777;
            assert_eq!(format!("{mode:o}"), "600", "{}", file.path().display());
        }
    }
}
