=== before
fn run(script: &str) -> Output {
    Command::new("sh").arg("-c").arg(script).output()
}
=== after
fn run(target: &str) -> Output {
    Command::new("make").arg(target).output()
}
