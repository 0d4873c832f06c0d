//! A journal that is not as SQLite wrote it is set aside whole, and a new one begun.

use std::fs;

use expect_test::{Expect, expect};

use super::*;

/// A closed journal with some thousand events, all in the database and none in the log.
fn written() -> (TempDir, std::path::PathBuf) {
    let (dir, mut journal) = begin();
    let bodies: Vec<String> = (1..=3_000).map(|n: i32| format!("{{\"n\":{n}}}")).collect();
    append(&mut journal, &bodies.iter().map(String::as_str).collect::<Vec<_>>());
    journal.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).expect("all in the database");
    let file = dir.path().join("state/journal.sqlite");
    (dir, file)
}

/// Opens the damaged journal; `said` is what was wrong, then the names in the folder.
fn is_set_aside(dir: &TempDir, said: &Expect) {
    let state = dir.path().join("state");
    let before = fs::read(state.join("journal.sqlite")).expect("is there");
    let opened = Journal::open(&state, NOW).expect("opens");
    let aside = opened.set_aside.expect("set aside");
    assert!(opened.begun);
    assert_eq!(fs::read(&aside.file).expect("is kept"), before);
    said.assert_eq(&format!("{}\n{}", aside.why, names(&state)));

    let mut journal = opened.journal;
    append(&mut journal, &["1"]);
    drop(journal);
    assert_eq!(open(&state).last_seq().expect("reads"), 1);
}

#[test]
fn a_file_of_garbage() {
    let (dir, file) = written();
    fs::write(&file, "no database at all, but a text that is long enough to be taken for one. ".repeat(100))
        .expect("writes");
    is_set_aside(
        &dir,
        &expect![[r#"
            file is not a database
            journal.corrupt-2026-11-21T04-21-13Z.sqlite
            journal.lock
            journal.sqlite
            journal.wake
        "#]],
    );
}

#[test]
fn a_file_of_a_few_bytes() {
    let (dir, file) = written();
    fs::write(&file, "xyz").expect("writes");
    is_set_aside(
        &dir,
        &expect![[r#"
            file is not a database
            journal.corrupt-2026-11-21T04-21-13Z.sqlite
            journal.lock
            journal.sqlite
            journal.wake
        "#]],
    );
}

#[test]
fn a_file_cut_off_in_the_middle() {
    let (dir, file) = written();
    let bytes = fs::read(&file).expect("reads");
    fs::write(&file, &bytes[..bytes.len() / 2 + 100]).expect("writes");
    is_set_aside(
        &dir,
        &expect![[r#"
            database disk image is malformed
            journal.corrupt-2026-11-21T04-21-13Z.sqlite
            journal.lock
            journal.sqlite
            journal.wake
        "#]],
    );
}

#[test]
fn a_database_of_another_program() {
    let (dir, file) = written();
    fs::remove_file(&file).expect("removes");
    let other = rusqlite::Connection::open(&file).expect("opens");
    other.execute_batch("CREATE TABLE bookmarks (url TEXT)").expect("creates");
    is_set_aside(
        &dir,
        &expect![[r#"
        it is a database of another program
        journal.corrupt-2026-11-21T04-21-13Z.sqlite
        journal.lock
        journal.sqlite
        journal.wake
    "#]],
    );
}

#[test]
fn a_journal_without_its_triggers() {
    let (dir, file) = written();
    let other = rusqlite::Connection::open(&file).expect("opens");
    other.execute_batch("DROP TRIGGER events_are_not_deleted; PRAGMA wal_checkpoint(TRUNCATE)").expect("drops");
    is_set_aside(
        &dir,
        &expect![[r#"
        tables or triggers of it are missing
        journal.corrupt-2026-11-21T04-21-13Z.sqlite
        journal.lock
        journal.sqlite
        journal.wake
    "#]],
    );
}

#[test]
fn an_emptied_file_whose_log_is_not_empty() {
    let (dir, mut journal) = begin();
    append(&mut journal, &["1"]);
    drop(journal);
    let state = dir.path().join("state");
    let log = fs::read(state.join("journal.sqlite-wal")).expect("a log");
    assert!(!log.is_empty());
    fs::write(state.join("journal.sqlite"), "").expect("empties");
    is_set_aside(
        &dir,
        &expect![[r#"
        it is empty, while its log is not
        journal.corrupt-2026-11-21T04-21-13Z.sqlite
        journal.lock
        journal.sqlite
        journal.wake
    "#]],
    );
    assert_eq!(fs::read(state.join("journal.corrupt-2026-11-21T04-21-13Z.sqlite-wal")).expect("is kept"), log);
}

#[test]
fn damage_that_opening_does_not_meet_is_found_by_the_next_to_open() {
    let (dir, file) = written();
    let state = dir.path().join("state");
    let mut bytes = fs::read(&file).expect("reads");
    assert!(bytes.len() > 60 * 4_096);
    bytes[20 * 4_096..50 * 4_096].fill(0x5a);
    fs::write(&file, &bytes).expect("writes");

    let journal = open(&state);
    let met = journal.events_after(0, 10_000).expect_err("damaged");
    assert!(format!("{met:#}").contains("it is damaged, and will be checked whole when it is next opened"), "{met:#}");
    drop(journal);
    let opened = Journal::open(&state, NOW).expect("opens");
    let aside = opened.set_aside.expect("set aside");
    assert!(aside.why.contains("Tree"), "{}", aside.why);
    assert_eq!(fs::read(aside.file).expect("is kept"), bytes);
    assert_eq!(opened.journal.last_seq().expect("reads"), 0);
    assert!(!state.join("journal.suspect").exists());
}

#[test]
fn a_false_alarm_costs_a_check_and_nothing_else() {
    let (dir, _) = written();
    let state = dir.path().join("state");
    fs::write(state.join("journal.suspect"), "").expect("writes");
    assert_eq!(open(&state).last_seq().expect("reads"), 3_000);
    assert!(!state.join("journal.suspect").exists());
}

#[test]
fn two_damaged_journals_in_one_second_get_two_names() {
    let dir = tempfile::tempdir().expect("a folder");
    for garbage in ["first", "second"] {
        let _ = fs::remove_file(dir.path().join("journal.sqlite-wal"));
        fs::write(dir.path().join("journal.sqlite"), garbage.repeat(1_000)).expect("writes");
        assert!(Journal::open(dir.path(), NOW).expect("opens").set_aside.is_some());
    }
    expect![[r#"
        journal.corrupt-2026-11-21T04-21-13Z-2.sqlite
        journal.corrupt-2026-11-21T04-21-13Z.sqlite
        journal.lock
        journal.sqlite
    "#]]
    .assert_eq(&names(dir.path()));
    let kept = dir.path().join("journal.corrupt-2026-11-21T04-21-13Z-2.sqlite");
    assert_eq!(fs::read_to_string(kept).expect("is kept"), "second".repeat(1_000));
}
