//! A journal's second name: whatever happens to the first.

use std::path::PathBuf;

use super::*;

fn folders() -> (TempDir, PathBuf, PathBuf) {
    let dir = tempfile::tempdir().expect("a folder");
    let (state, spare) = (dir.path().join("git/countersign"), dir.path().join("spare"));
    std::fs::create_dir_all(dir.path().join("git")).expect("the folder is ours");
    (dir, state, spare)
}

fn spared(state: &Path, spare: &Path) -> Opened {
    Journal::open_spared(state, Some(spare), NOW).expect("opens")
}

fn bodies(journal: &Journal) -> Vec<String> {
    journal.events_after(0, 100).expect("reads").into_iter().map(|event| event.body).collect()
}

#[test]
fn a_journal_that_went_with_its_folder_comes_back_to_the_last_event() {
    let (dir, state, spare) = folders();
    let mut journal = spared(&state, &spare).journal;
    append(&mut journal, &["1", "2"]);
    // Another process, which never closes, as one that is killed.
    let mut other = spared(&state, &spare).journal;
    append(&mut other, &["3"]);
    std::fs::remove_dir_all(dir.path().join("git")).expect("the folder is ours");
    std::mem::forget(other);
    drop(journal);
    std::fs::create_dir_all(dir.path().join("git")).expect("the folder is ours");
    let Opened { mut journal, begun, came_back, set_aside } = spared(&state, &spare);
    assert_eq!((begun, came_back, set_aside), (false, true, None));
    assert_eq!(bodies(&journal), ["1", "2", "3"]);
    append(&mut journal, &["4"]);
    assert!(!spared(&state, &spare).came_back, "once is enough");
    assert_eq!(journal.verify().expect("reads").broken, None);
}

#[test]
fn who_finds_no_repository_any_more_goes_on_in_the_same_journal() {
    let (dir, state, spare) = folders();
    let mut journal = spared(&state, &spare).journal;
    append(&mut journal, &["1"]);
    std::fs::remove_dir_all(dir.path().join("git")).expect("the folder is ours");
    let mut there = open(&spare);
    assert_eq!(bodies(&there), ["1"]);
    append(&mut there, &["2"]);
    // A process that had it open under its first name does not go on with that.
    let refused = journal.append(&[event("3")], None, Durability::Edit).expect("is said");
    assert_eq!(refused, Appended::Replaced);
    drop((journal, there));
    assert_eq!(bodies(&open(&spare)), ["1", "2"]);
}

#[test]
fn what_stands_under_the_second_name_and_is_another_journal_is_kept_aside() {
    let (_dir, state, spare) = folders();
    append(&mut open(&spare), &["of another time"]);
    append(&mut open(&state), &["1"]);
    let opened = spared(&state, &spare);
    assert_eq!((bodies(&opened.journal), opened.came_back), (vec!["1".to_owned()], false));
    assert_eq!(bodies(&open(&spare)), ["1"], "it is this one's second name now");
    let kept = names(&spare).lines().find(|name| name.starts_with("journal.earlier-")).map(|name| spare.join(name));
    let connection = rusqlite::Connection::open(kept.expect("it is kept")).expect("opens");
    let body: String = connection.query_row("SELECT body FROM events", [], |row| row.get(0)).expect("reads");
    assert_eq!(body, "of another time");
}

#[test]
fn a_journal_without_a_place_for_a_second_name_is_one_all_the_same() {
    let (dir, state, _) = folders();
    let blocked = dir.path().join("file");
    std::fs::write(&blocked, "in the way").expect("the folder is ours");
    let mut journal = spared(&state, &blocked).journal;
    append(&mut journal, &["1"]);
    assert_eq!(bodies(&spared(&state, &blocked.join("below")).journal), ["1"]);
}

#[test]
fn one_that_cannot_come_back_stays_where_it_is_and_another_is_begun() {
    let (_dir, state, spare) = folders();
    // Of a folder there is no second name, as there is none across file systems.
    std::fs::create_dir_all(spare.join("journal.sqlite")).expect("the folder is ours");
    std::fs::write(spare.join("journal.sqlite-wal"), "its log").expect("the folder is ours");
    let Opened { mut journal, begun, came_back, set_aside } = spared(&state, &spare);
    assert_eq!((begun, came_back, set_aside), (true, false, None));
    append(&mut journal, &["1"]);
    assert_eq!(bodies(&spared(&state, &spare).journal), ["1"]);
    let kept = names(&spare);
    assert!(kept.lines().any(|name| name.starts_with("journal.earlier-")), "{kept}");
}

#[test]
fn a_journal_on_another_file_system_is_left_as_it_is() {
    let other = tempfile::tempdir_in("/dev/shm").expect("Linux has one in memory");
    let (_dir, state, _) = folders();
    append(&mut open(other.path()), &["of before there was a repository"]);
    append(&mut spared(&state, other.path()).journal, &["1"]);
    assert_eq!(bodies(&open(other.path())), ["of before there was a repository"]);
    assert_eq!(bodies(&spared(&state, other.path()).journal), ["1"]);
}
