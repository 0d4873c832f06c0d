//! What the journal refuses, in a clear word and without harm.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use rustix::process::Uid;

use super::*;

const NOBODY: u32 = 65_534;

/// Runs `act` as someone whom file modes bind: the superuser's thread becomes nobody's for it.
fn as_an_ordinary_user(own: &Path, act: impl FnOnce() + Send) {
    std::thread::scope(|scope| {
        let ran = scope.spawn(|| {
            if rustix::process::geteuid().is_root() {
                for path in [own.parent().expect("a parent"), own] {
                    std::os::unix::fs::chown(path, Some(NOBODY), None).expect("gives away");
                }
                let nobody = Uid::from_raw(NOBODY);
                rustix::thread::set_thread_res_uid(nobody, nobody, nobody).expect("becomes nobody");
            }
            act();
        });
        ran.join().expect("ran");
    });
}

fn refusal(dir: &Path) -> String {
    format!("{:#}", Journal::open(dir, NOW).expect_err("refused"))
}

#[test]
fn a_journal_of_a_newer_countersign_is_left_alone() {
    let (dir, mut journal) = begin();
    append(&mut journal, &["1"]);
    journal.connection.pragma_update(None, "user_version", 2).expect("a newer format");
    drop(journal);
    let state = dir.path().join("state");
    let said = refusal(&state);
    assert!(said.contains("a newer Countersign wrote this journal (format 2; this one knows up to 1)"), "{said}");
    let file = rusqlite::Connection::open(state.join("journal.sqlite")).expect("opens");
    assert_eq!(file.query_row("SELECT body FROM events", [], |row| row.get::<_, String>(0)), Ok("1".to_string()));
}

#[test]
fn a_folder_that_cannot_be_written() {
    let dir = tempfile::tempdir().expect("a folder");
    let state = dir.path().join("state");
    fs::create_dir(&state).expect("a folder");
    as_an_ordinary_user(&state, || {
        fs::set_permissions(dir.path(), Permissions::from_mode(0o500)).expect("read-only");
        let said = refusal(&dir.path().join("other"));
        assert!(said.contains("cannot make the state folder") && said.contains("Permission denied"), "{said}");
    });
}

#[test]
fn a_journal_that_is_read_only_can_be_read() {
    let dir = tempfile::tempdir().expect("a folder");
    let state = dir.path().join("state");
    fs::create_dir(&state).expect("a folder");
    as_an_ordinary_user(&state, || {
        append(&mut open(&state), &["1"]);
        fs::set_permissions(state.join("journal.sqlite"), Permissions::from_mode(0o400)).expect("read-only");
        let mut journal = open(&state);
        let said = journal.append(&[event("2")], None, Durability::Edit).expect_err("read-only");
        assert!(format!("{said:#}").contains("it cannot be written"), "{said:#}");
        assert_eq!(draw(&journal.events_after(0, 10).expect("reads")), "1 edit src/a.rs s1 +0ms 1\n");
    });
}

#[test]
fn a_log_that_cannot_be_opened() {
    let (dir, journal) = begin();
    drop(journal);
    let state = dir.path().join("state");
    let wal = state.join("journal.sqlite-wal");
    fs::remove_file(&wal).expect("removes");
    fs::create_dir(&wal).expect("in the log's way");
    let said = refusal(&state);
    assert!(said.contains("unable to open database file"), "{said}");
}

#[test]
fn a_file_where_the_folder_should_be() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("state");
    fs::write(&file, "mine").expect("writes");
    let said = refusal(&file);
    assert!(said.contains("should be the state folder, but is a file"), "{said}");
    assert_eq!(fs::read_to_string(&file).expect("reads"), "mine");
}

#[test]
fn a_writer_that_keeps_the_journal_locked_is_named_as_the_cause() {
    let (dir, journal) = begin();
    let mut waiting = open(&dir.path().join("state"));
    patience::none(&waiting.connection).expect("no patience");
    journal.connection.execute_batch("BEGIN IMMEDIATE").expect("locks");
    let said = waiting.append(&[event("1")], None, Durability::Edit).expect_err("locked out");
    assert!(format!("{said:#}").contains("another process has kept it locked"), "{said:#}");
    journal.connection.execute_batch("ROLLBACK").expect("unlocks");
    append(&mut waiting, &["1"]);
}
