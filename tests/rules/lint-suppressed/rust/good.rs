=== before
#[allow(dead_code)]
fn used() {}
=== after
fn used() {}
