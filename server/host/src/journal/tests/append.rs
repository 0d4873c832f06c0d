//! Appending and reading back; disk heads.

use expect_test::expect;

use super::*;

#[test]
fn events_are_read_back_as_they_were_appended_also_by_the_next_process() {
    let (dir, mut journal) = begin();
    let prompt =
        NewEvent { kind: "prompt", path: None, time: NOW - 5, body: r#"{"text":"naïve\u0000"}"#, ..event("") };
    let branch = NewEvent { kind: "branch", path: None, session: None, time: NOW + 7, body: "null", blobs: &[] };
    let first = journal.append(&[prompt, event(r#"{"n":1}"#)], None, Durability::Edit).expect("appends");
    assert_eq!(first, Appended::Written { first: 1, last: 2 });
    let second = journal.append(&[branch], None, Durability::Decision).expect("appends");
    assert_eq!(second, Appended::Written { first: 3, last: 3 });
    drop(journal);

    let journal = open(&dir.path().join("state"));
    let all = expect![[r#"
        1 prompt - s1 +-5ms {"text":"naïve\u0000"}
        2 edit src/a.rs s1 +0ms {"n":1}
        3 branch - - +7ms null
    "#]];
    all.assert_eq(&draw(&journal.events_after(0, 100).expect("reads")));
    assert_eq!(journal.last_seq().expect("reads"), 3);
}

#[test]
fn a_reader_gets_what_it_asks_for() {
    let (_dir, mut journal) = begin();
    let of = |path, session, body| NewEvent { path: Some(path), session: Some(session), ..event(body) };
    let batch = [of("a", "s1", "1"), of("b", "s1", "2"), of("a", "s2", "3"), of("a", "s1", "4"), of("b", "s2", "5")];
    let _ = journal.append(&batch, None, Durability::Edit).expect("appends");
    let drawn = |events: Result<Vec<Event>, _>| draw(&events.expect("reads"));
    expect![[r#"
        2 edit b s1 +0ms 2
        3 edit a s2 +0ms 3
    "#]]
    .assert_eq(&drawn(journal.events_after(1, 2)));
    expect![[r#"
        3 edit a s2 +0ms 3
        4 edit a s1 +0ms 4
    "#]]
    .assert_eq(&drawn(journal.events_of_path("a", 1)));
    expect![[r#"
        1 edit a s1 +0ms 1
        2 edit b s1 +0ms 2
        4 edit a s1 +0ms 4
    "#]]
    .assert_eq(&drawn(journal.events_of_session("s1", 0)));
    assert_eq!(drawn(journal.events_after(5, 10)), "");
}

#[test]
fn of_a_long_session_the_newest_is_read_and_two_kinds_however_old() {
    let (_dir, mut journal) = begin();
    let told = |kind, body| NewEvent { kind, path: None, session: Some("s1"), ..event(body) };
    let batch =
        [told("scoped", "1"), told("scoped", "2"), told("told", "3"), event("4"), told("told", "5"), told("told", "6")];
    let older = [told("used", "7"), told("used", "8"), told("told", "9"), told("told", "10")];
    let _ = journal.append(&batch, None, Durability::Edit).expect("appends");
    let seqs = |after, limit| -> Vec<Seq> {
        let events = journal.newest_of_session("s1", after, limit, ["scoped", "used"]).expect("reads");
        events.iter().map(|event| event.seq).collect()
    };
    assert_eq!(seqs(0, 2), [2, 5, 6], "what is about a file is left out");
    assert_eq!(seqs(0, 9), [1, 2, 3, 5, 6]);
    assert_eq!(seqs(2, 9), [3, 5, 6]);
    assert_eq!(seqs(6, 9), [] as [Seq; 0]);
    let _ = journal.append(&older, None, Durability::Edit).expect("appends");
    let events = journal.newest_of_session("s1", 0, 2, ["scoped", "used"]).expect("reads");
    assert_eq!(events.iter().map(|event| event.seq).collect::<Vec<_>>(), [2, 8, 9, 10]);
}

#[test]
fn the_newest_of_a_kind_is_found_for_a_session_and_each_of_its_subagents() {
    let (_dir, mut journal) = begin();
    let told = |session, kind, body| NewEvent { kind, path: None, session: Some(session), ..event(body) };
    let sessions = ["s1", "s1/a", "s1/b", "s1/a", "s1", "s10", "s1-x", "s", "s0"];
    let batch: Vec<NewEvent<'_>> = sessions.iter().map(|session| told(*session, "used", "1")).collect();
    let _ = journal.append(&batch, None, Durability::Edit).expect("appends");
    let _ = journal.append(&[told("s1/b", "told", "2")], None, Durability::Edit).expect("appends");
    let events = journal.newest_of_family("s1", "used").expect("reads");
    assert_eq!(events.iter().map(|event| event.seq).collect::<Vec<_>>(), [3, 4, 5]);
}

#[test]
fn a_head_moves_only_from_what_the_writer_expects() {
    let (_dir, mut journal) = begin();
    let text = |text: &str| Disk::Holds(hash(text.as_bytes()));
    let mut swap = |body: &str, expected, new| {
        let head = Head { path: "src/a.rs", expected, new };
        let appended = journal.append(&[event(body)], Some(&head), Durability::Edit).expect("appends");
        match appended {
            Appended::Written { first, .. } => format!("{body}: written as {first}\n"),
            Appended::AlreadyThere { head } => format!("{body}: already there since {}\n", head.seq),
            Appended::Moved { head: Some(head) } => format!("{body}: moved by {}\n", head.seq),
            Appended::Moved { head: None } => format!("{body}: not known\n"),
            Appended::Replaced => panic!("replaced"),
        }
    };
    let mut story = swap("edit of an unknown file", Some(text("a")), text("b"));
    story += &swap("first sight", None, text("a"));
    story += &swap("first sight, elsewhere", None, text("a"));
    story += &swap("first sight of something else", None, text("c"));
    story += &swap("write", Some(text("a")), text("b"));
    story += &swap("write, seen again", Some(text("a")), text("b"));
    story += &swap("write from the old text", Some(text("a")), text("c"));
    story += &swap("touch", Some(text("b")), text("b"));
    story += &swap("delete", Some(text("b")), Disk::Absent);
    story += &swap("create", Some(Disk::Absent), text("a"));
    expect![[r#"
        edit of an unknown file: not known
        first sight: written as 1
        first sight, elsewhere: already there since 1
        first sight of something else: moved by 1
        write: written as 2
        write, seen again: already there since 2
        write from the old text: moved by 2
        touch: already there since 2
        delete: written as 3
        create: written as 4
    "#]]
    .assert_eq(&story);
    assert_eq!(journal.last_seq().expect("reads"), 4);
    let head = DiskHead { disk: text("a"), seq: 4 };
    assert_eq!(journal.head("src/a.rs").expect("reads"), Some(head));
    assert_eq!(journal.head("src/b.rs").expect("reads"), None);
    assert_eq!(journal.heads().expect("reads"), [("src/a.rs".to_string(), head)]);
}

#[test]
fn texts_are_stored_once_and_come_back_byte_for_byte() {
    let (dir, mut journal) = begin();
    let long = "fn main() {}\r\n".repeat(4_000).into_bytes();
    let noise: Vec<u8> = (0..4_000_u32).flat_map(|n| hash(&n.to_le_bytes()).as_bytes()[..4].to_vec()).collect();
    let texts: [&[u8]; 4] = [&long, &noise, b"", b"\xff\x00 not UTF-8"];
    let needing = NewEvent { blobs: &texts, ..event("{}") };
    for _ in 0..3 {
        let _ = journal.append(&[needing, needing], None, Durability::Edit).expect("appends");
    }
    drop(journal);

    let journal = open(&dir.path().join("state"));
    for event in journal.events_after(0, 10).expect("reads") {
        let read: Vec<_> =
            event.blobs.iter().map(|hash| journal.blob(hash).expect("reads").expect("is there")).collect();
        assert_eq!(read, texts);
    }
    assert_eq!(journal.blob(&hash(b"never stored")).expect("reads"), None);
    let stored: Vec<(i64, bool)> = journal
        .connection
        .prepare("SELECT length(bytes) < size, packed FROM blobs ORDER BY rowid")
        .expect("a query")
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .expect("rows")
        .collect::<Result<_, _>>()
        .expect("rows");
    assert_eq!(stored, [(1, true), (0, false), (0, false), (0, false)]);
}

#[test]
fn an_append_that_fails_leaves_nothing_behind() {
    let (_dir, mut journal) = begin();
    append(&mut journal, &["1"]);
    let nothing = journal.append(&[], None, Durability::Edit).expect_err("refused");
    assert!(format!("{nothing:#}").contains("a batch without events was to be appended"), "{nothing:#}");

    journal.connection.pragma_update(None, "max_page_count", 40).expect("a limit");
    let noise: Vec<u8> = (0..50_000_u32).flat_map(|n| *hash(&n.to_le_bytes()).as_bytes()).collect();
    let head = Head { path: "src/a.rs", expected: None, new: Disk::Absent };
    let full = journal
        .append(&[event("2"), NewEvent { blobs: &[&noise], ..event("3") }], Some(&head), Durability::Decision)
        .expect_err("the disk is full");
    assert!(format!("{full:#}").contains("the disk is full"), "{full:#}");
    assert_eq!(journal.head("src/a.rs").expect("reads"), None);

    append(&mut journal, &["4"]);
    expect![[r#"
        1 edit src/a.rs s1 +0ms 1
        2 edit src/a.rs s1 +0ms 4
    "#]]
    .assert_eq(&draw(&journal.events_after(0, 10).expect("reads")));
    assert_eq!(journal.verify().expect("walks").broken, None);
}
