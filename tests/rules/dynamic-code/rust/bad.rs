=== before
fn run(script: &str) -> Output {
    Command::new("make").arg("all").output()
}
=== after
fn run(script: &str) -> Output {
    engine.eval(script);
    Command::new("sh").arg("-c").arg(script).output()
}
=== findings
line 2: dynamic-code introduced, high: Text is run as code: `engine.eval(script)`.
line 3: dynamic-code introduced, high: Text is run as code: `Command::new("sh").arg("-c")`.
