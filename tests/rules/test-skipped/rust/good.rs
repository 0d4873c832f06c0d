=== before
#[test]
#[ignore]
fn a_lock_is_released() {
    assert!(lock().release());
}
=== after
#[test]
fn a_lock_is_released() {
    assert!(lock().release());
}
