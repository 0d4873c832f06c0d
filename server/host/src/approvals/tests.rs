//! Sockets that come and go, and what is at their other ends.

use std::thread;

use super::wire::Told;
use super::*;

fn reply(text: &str) -> Judged {
    Judged { context: Some(text.into()), ..Judged::default() }
}

fn request() -> Request {
    Request::Judge(Told { agent: "generic".into(), dir: "/".into(), payload: b"{}".to_vec() })
}

/// A door that is newer than all before it: their names tell milliseconds.
fn open(state: &Path) -> Door {
    let before = now();
    while now() == before {
        std::hint::spin_loop();
    }
    Door::open(state).unwrap()
}

/// Answers one request with these bytes.
fn serve(door: &Door, answer: Vec<u8>) -> thread::JoinHandle<Option<Request>> {
    let listener = door.listener.try_clone().unwrap();
    thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut line = Line { stream: &stream, until: Instant::now() + Duration::from_secs(30) };
        let request = wire::read_request(&mut line);
        let _ = line.write_all(&answer);
        request
    })
}

#[test]
fn a_hook_asks_the_newest_server_however_deep_the_folder_is() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("deep".repeat(50));
    let _older = open(&state);
    let newer = open(&state);
    let asked = serve(&newer, wire::encode_reply(&reply("yes")));
    assert_eq!(judge(&state, &request()), Answer::Judged(reply("yes")));
    assert_eq!(asked.join().unwrap(), Some(request()));
}

#[test]
fn a_socket_and_its_folder_are_closed_to_others() {
    let folder = tempfile::tempdir().unwrap();
    let door = Door::open(folder.path()).unwrap();
    let mode = |path: &Path| fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(door.path()), 0o600);
    assert_eq!(mode(door.path().parent().unwrap()), 0o700);
}

#[test]
fn the_socket_of_a_server_that_is_gone_is_removed_by_who_meets_it() {
    let folder = tempfile::tempdir().unwrap();
    let stale = || {
        let door = open(folder.path());
        door.path().to_owned()
    };
    let left = stale();
    assert!(left.exists());
    assert_eq!(judge(folder.path(), &request()), Answer::Nobody);
    assert!(!left.exists(), "by a hook");
    let left = stale();
    let door = open(folder.path());
    assert!(!left.exists(), "by the next server");
    assert!(door.path().exists());
}

#[test]
fn a_server_that_is_silent_costs_a_hook_its_patience_and_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let door = Door::open(folder.path()).unwrap();
    let started = Instant::now();
    assert_eq!(judge(folder.path(), &request()), Answer::None);
    assert!(started.elapsed() >= PATIENCE && started.elapsed() < PATIENCE * 10, "{:?}", started.elapsed());
    // Where others have queued up before, there is no wait at all.
    rustix::net::listen(&door.listener, 1).unwrap();
    let waiting: Vec<UnixStream> = std::iter::from_fn(|| connect(folder.path())).take(10).collect();
    assert!(waiting.len() < 10);
}

#[test]
fn a_reply_that_trickles_in_costs_no_more_either() {
    let folder = tempfile::tempdir().unwrap();
    let door = Door::open(folder.path()).unwrap();
    let trickle = thread::spawn(move || {
        let (mut stream, _) = door.listener.accept().unwrap();
        let bytes = wire::encode_reply(&reply(&"x".repeat(10_000)));
        for byte in bytes {
            if stream.write_all(&[byte]).is_err() {
                return true;
            }
            thread::sleep(Duration::from_millis(1));
        }
        false
    });
    assert_eq!(judge(folder.path(), &request()), Answer::None);
    assert!(trickle.join().unwrap(), "the hook hung up");
}

#[test]
fn rubbish_half_a_reply_and_a_server_that_hangs_up_are_no_answer() {
    let whole = wire::encode_reply(&reply("yes"));
    for answer in [b"rubbish and more of it".to_vec(), whole[..whole.len() / 2].to_vec(), Vec::new()] {
        let folder = tempfile::tempdir().unwrap();
        let door = Door::open(folder.path()).unwrap();
        let asked = serve(&door, answer);
        assert_eq!(judge(folder.path(), &request()), Answer::None);
        assert_eq!(asked.join().unwrap(), Some(request()));
    }
}

#[test]
fn a_server_sees_that_who_asked_has_gone() {
    let folder = tempfile::tempdir().unwrap();
    let door = Door::open(folder.path()).unwrap();
    let asking = connect(folder.path()).unwrap();
    let (stream, _) = door.listener.accept().unwrap();
    assert!(is_same_user(&stream) && !has_gone(&stream));
    (&asking).write_all(b"half a request").unwrap();
    assert!(!has_gone(&stream));
    drop(asking);
    assert!(has_gone(&stream));
}
