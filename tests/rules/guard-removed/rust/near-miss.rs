=== before
fn total(items: &[Item]) -> u32 {
    let mut sum = 0;
    if items.len() > 10 {
        log("many items");
    }
    for item in items {
        sum += item.price;
    }
    sum
}

fn unused(x: u32) -> u32 {
    if x == 0 {
        return 1;
    }
    x
}
=== after
fn total(items: &[Item]) -> u32 {
    items.iter().map(|item| item.price).sum()
}
