=== before
fn open() {}
=== after
#[deny(dead_code)]
#[cfg_attr(windows, must_use)]
fn open() {
    // allow(dead_code) is not needed
    file().expect("it is there");
}
