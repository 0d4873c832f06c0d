=== before
fn unused() {}
=== after
#![allow(warnings)]
#[allow(dead_code)]
fn unused() {}
=== findings
line 1: lint-suppressed introduced, medium: A check is switched off here: `#![allow(warnings)]`.
line 2: lint-suppressed introduced, medium: A check is switched off here: `#[allow(dead_code)]`.
