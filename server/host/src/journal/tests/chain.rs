//! The hash chain, and what SQLite itself refuses.

use expect_test::expect;
use rusqlite::Connection;

use super::*;

#[test]
fn nothing_that_was_appended_can_be_changed_or_deleted() {
    let (dir, mut journal) = begin();
    let _ = journal.append(&[NewEvent { blobs: &[b"text"], ..event("1") }], None, Durability::Edit).expect("appends");
    let anyone = Connection::open(dir.path().join("state/journal.sqlite")).expect("opens");
    let tries = [
        "UPDATE events SET body = '2'",
        "DELETE FROM events",
        "INSERT OR REPLACE INTO events SELECT * FROM events",
        "INSERT INTO events SELECT 7, kind, path, session, time, body, blobs, link FROM events",
        "UPDATE blobs SET bytes = x'00'",
        "DELETE FROM blobs",
        "INSERT OR REPLACE INTO blobs SELECT hash, 1, 0, x'00' FROM blobs",
        "UPDATE journal SET id = randomblob(32)",
        "DELETE FROM journal",
    ];
    let mut said = String::new();
    for sql in tries {
        said += &match anyone.execute(sql, []) {
            Ok(changed) => format!("{sql}: {changed} rows changed\n"),
            Err(err) => format!("{sql}: {err}\n"),
        };
    }
    expect![[r#"
        UPDATE events SET body = '2': events are never changed
        DELETE FROM events: events are never deleted
        INSERT OR REPLACE INTO events SELECT * FROM events: an event is appended after the last one, nowhere else
        INSERT INTO events SELECT 7, kind, path, session, time, body, blobs, link FROM events: an event is appended after the last one, nowhere else
        UPDATE blobs SET bytes = x'00': blobs are never changed
        DELETE FROM blobs: blobs are never deleted
        INSERT OR REPLACE INTO blobs SELECT hash, 1, 0, x'00' FROM blobs: 0 rows changed
        UPDATE journal SET id = randomblob(32): a journal keeps its id
        DELETE FROM journal: a journal keeps its id
    "#]]
    .assert_eq(&said);
    assert_eq!(journal.blob(&hash(b"text")).expect("reads"), Some(b"text".to_vec()));
}

/// What `verify` says of a journal of 2,500 events and two texts after `tampering` by someone who takes the triggers away.
fn verdict_after(tampering: &str) -> String {
    let (dir, mut journal) = begin();
    let bodies: Vec<String> = (1..=2_500).map(|n: i32| n.to_string()).collect();
    append(&mut journal, &bodies.iter().map(String::as_str).collect::<Vec<_>>());
    let needing = NewEvent { blobs: &[b"one", b"two"], ..event("{}") };
    let _ = journal.append(&[needing], None, Durability::Edit).expect("appends");
    let anyone = Connection::open(dir.path().join("state/journal.sqlite")).expect("opens");
    anyone
        .execute_batch(
            "DROP TRIGGER events_follow_one_another; DROP TRIGGER events_are_not_changed;
             DROP TRIGGER events_are_not_deleted; DROP TRIGGER blobs_are_not_changed;
             DROP TRIGGER blobs_are_not_deleted; DROP TRIGGER the_id_is_not_changed;",
        )
        .expect("no triggers");
    anyone.execute_batch(tampering).expect("tampers");
    let verified = journal.verify().expect("walks");
    let broken = verified.broken.map_or_else(|| "all right".to_string(), |broken| broken.to_string());
    format!("{} events, {} texts: {broken}", verified.events, verified.blobs)
}

#[test]
fn the_walk_ends_at_the_first_event_that_is_not_as_it_was_written() {
    expect!["2501 events, 2 texts: all right"].assert_eq(&verdict_after(""));
    let cases = [
        "UPDATE events SET body = '0' WHERE seq = 1",
        "UPDATE events SET body = CAST(x'ff' AS TEXT) WHERE seq = 2",
        "UPDATE events SET kind = 'x' WHERE seq = 3",
        "UPDATE events SET path = 'src/b.rs' WHERE seq = 4",
        "UPDATE events SET path = NULL WHERE seq = 5",
        "UPDATE events SET path = session, session = path WHERE seq = 6",
        "UPDATE events SET time = time + 1 WHERE seq = 7",
        "UPDATE events SET link = zeroblob(32) WHERE seq = 1800",
        "UPDATE events SET blobs = zeroblob(32) WHERE seq = 9",
        "DELETE FROM events WHERE seq = 10",
        "DELETE FROM events WHERE seq <= 2",
        "UPDATE events SET seq = 9000 WHERE seq = 11; UPDATE events SET seq = 11 WHERE seq = 12;
         UPDATE events SET seq = 12 WHERE seq = 9000",
        "INSERT INTO events SELECT 2502, kind, path, session, time, body, blobs, link FROM events WHERE seq = 13",
        "UPDATE journal SET id = zeroblob(32)",
        "DELETE FROM blobs WHERE size = 3 AND rowid = 2",
        "UPDATE blobs SET bytes = CAST('owt' AS BLOB) WHERE rowid = 2",
    ];
    let said: String = cases.iter().map(|case| format!("{}\n", verdict_after(case))).collect();
    expect![[r#"
        0 events, 0 texts: event 1 is not the one that was appended after event 0
        1 events, 0 texts: event 2 is not the one that was appended after event 1
        2 events, 0 texts: event 3 is not the one that was appended after event 2
        3 events, 0 texts: event 4 is not the one that was appended after event 3
        4 events, 0 texts: event 5 is not the one that was appended after event 4
        5 events, 0 texts: event 6 is not the one that was appended after event 5
        6 events, 0 texts: event 7 is not the one that was appended after event 6
        1799 events, 0 texts: event 1800 is not the one that was appended after event 1799
        8 events, 0 texts: event 9 is not the one that was appended after event 8
        9 events, 0 texts: event 11 is not the one that was appended after event 10
        0 events, 0 texts: event 3 is not the one that was appended after event 2
        10 events, 0 texts: event 11 is not the one that was appended after event 10
        2501 events, 0 texts: event 2502 is not the one that was appended after event 2501
        0 events, 0 texts: event 1 is not the one that was appended after event 0
        2500 events, 0 texts: the text dc770fff53f50835f8cc957e01c0d5731d3c2ed544c375493a28c09be5e09763 of event 2501 is missing
        2501 events, 1 texts: the text dc770fff53f50835f8cc957e01c0d5731d3c2ed544c375493a28c09be5e09763 is not the one that was stored
    "#]]
    .assert_eq(&said);
}

#[test]
fn a_noted_last_link_tells_that_the_newest_events_were_cut_off() {
    let (_dir, mut journal) = begin();
    append(&mut journal, &["1", "2"]);
    let noted = journal.verify().expect("walks").last_link;
    journal
        .connection
        .execute_batch("DROP TRIGGER events_are_not_deleted; DELETE FROM events WHERE seq = 2")
        .expect("cut");
    let verified = journal.verify().expect("walks");
    assert_eq!((verified.events, verified.broken), (1, None));
    assert_ne!(verified.last_link, noted);
}

#[test]
fn two_journals_with_the_same_events_have_no_link_in_common() {
    let links = || {
        let (_dir, mut journal) = begin();
        append(&mut journal, &["1"]);
        (journal.id(), journal.events_after(0, 1).expect("reads")[0].link)
    };
    let (one, other) = (links(), links());
    assert_ne!(one.0, other.0);
    assert_ne!(one.1, other.1);
}
