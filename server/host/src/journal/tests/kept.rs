//! The log, and how another process's appends are noticed.

use super::*;

#[test]
fn a_log_that_only_short_lived_processes_write_stays_short() {
    let dir = tempfile::tempdir().expect("a folder");
    let body = format!("\"{}\"", "text ".repeat(80));
    let mut longest = 0;
    for _ in 0..500 {
        append(&mut open(dir.path()), &[&body]);
        longest = longest.max(dir.path().join("journal.sqlite-wal").metadata().expect("a log").len());
    }
    assert!(longest > 1 << 20, "the test is too short to tell: {longest}");
    assert!(longest < 3 << 20, "{longest}");
    let mut journal = open(dir.path());
    assert_eq!(journal.verify().expect("walks").events, 500);
    journal.checkpoint().expect("empties the log");
    assert_eq!(dir.path().join("journal.sqlite-wal").metadata().expect("a log").len(), 0);
}

#[test]
fn a_reader_notices_what_others_append_and_not_what_it_appends_itself() {
    let (dir, mut reader) = begin();
    let mut writer = open(&dir.path().join("state"));
    assert!(!reader.changed_elsewhere().expect("asks"));
    append(&mut writer, &["1", "2"]);
    assert!(reader.changed_elsewhere().expect("asks"));
    assert!(!reader.changed_elsewhere().expect("asks"));
    append(&mut reader, &["3"]);
    assert!(!reader.changed_elsewhere().expect("asks"));
    assert!(writer.changed_elsewhere().expect("asks"));
}

#[test]
fn the_wake_file_is_written_once_the_events_can_be_read() {
    let (_dir, mut journal) = begin();
    for bodies in [&["1"][..], &["2", "3"]] {
        append(&mut journal, bodies);
        let said = std::fs::read_to_string(journal.wake_file()).expect("is there");
        assert_eq!(said.trim_end().parse::<Seq>().expect("a place"), journal.last_seq().expect("reads"));
    }
}

#[test]
fn a_writer_whose_journal_was_deleted_writes_nothing_and_is_told() {
    let (dir, mut journal) = begin();
    let state = dir.path().join("state");
    append(&mut journal, &["1"]);
    assert!(!journal.is_replaced().expect("asks"));
    std::fs::remove_dir_all(&state).expect("deleted");
    assert!(journal.is_replaced().expect("asks"));
    assert_eq!(journal.append(&[event("2")], None, Durability::Edit).expect("answers"), Appended::Replaced);

    let mut successor = open(&state);
    assert_ne!(successor.id(), journal.id());
    append(&mut successor, &["3"]);
    assert_eq!(journal.append(&[event("4")], None, Durability::Edit).expect("answers"), Appended::Replaced);
    drop(journal);
    append(&mut successor, &["5"]);
    drop(successor);
    let verified = open(&state).verify().expect("walks");
    assert_eq!((verified.events, verified.broken), (2, None));
}
