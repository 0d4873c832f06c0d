=== before
fn insert(map: &mut Map, key: Key) {
    debug_assert!(!map.contains(&key));
    map.push(key);
}
=== after
fn insert(map: &mut Map, key: Key) {
    map.push(key);
}
