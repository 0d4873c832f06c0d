=== before
struct Options {
    depth: usize,
}
=== after
// Files that git would ignore are not read.
#[ignored_any]
struct Options {
    depth: usize,
    #[serde(skip)]
    ignore: Vec<String>,
}
