=== before
fn run() {}
=== after
fn run() -> Output {
    let score = board.evaluate(depth);
    engine.eval("1 + 1");
    Command::new("python3").arg("tools/build.py").output()
}
