=== before
fn list() {}
=== after
// The existing code of callers relies on the order...ask before it changes.
// TODO(#12): sort by date
fn list(todo: &[Item]) -> Vec<Item> {
    let all = [Item::first(), ..Item::rest()];
    implement(all)
}
