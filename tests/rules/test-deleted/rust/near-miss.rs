=== before
// #[test] fn in_a_comment() {}
#[cfg(test)]
fn three() -> usize {
    3
}

fn test_connection(url: &str) -> bool {
    ping(url).is_ok()
}
=== after
fn open(url: &str) -> Connection {
    connect(url)
}
