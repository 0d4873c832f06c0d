//! Sums that are put off come to the same.

use super::*;

/// A tree that many fragments were put into, and in which many were changed; what it held on the way.
fn grown(puts_off: bool) -> (Tree, Vec<[Fingerprint; 2]>) {
    let (mut tree, mut totals, mut random) = (Tree::default(), Vec::new(), 1_u64);
    let mut below = |most: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % most.max(1)
    };
    if puts_off {
        tree.put_off();
    }
    for new in 0..3_000_u32 {
        let after = below(u64::from(new) + 1).checked_sub(1).map(|after| after as FragmentIx);
        let print = Fingerprint::of(format!("{}\n", below(10_000)).as_bytes());
        tree.insert(after, new, print, [below(3) > 0, below(3) > 0]);
        if below(3) == 0 {
            let changed = below(u64::from(new) + 1) as FragmentIx;
            tree.set(changed, Fingerprint::of(format!("{new}").as_bytes()), [below(2) > 0, below(2) > 0]);
        }
        if below(97) == 0 {
            tree.settle();
            totals.push(Lineage::BOTH.map(|lineage| tree.total(lineage)));
        }
    }
    tree.sum_at_once();
    (tree, totals)
}

#[test]
fn sums_that_are_put_off_are_those_that_are_made_at_once() {
    let ((later, on_the_way), (at_once, expected)) = (grown(true), grown(false));
    assert_eq!(on_the_way, expected);
    assert!(later.iter().eq(at_once.iter()));
    for lineage in Lineage::BOTH {
        let total = at_once.total(lineage);
        assert_eq!(later.total(lineage), total);
        for offset in (0..total.len + 2).step_by(7) {
            assert_eq!(later.find(lineage, offset), at_once.find(lineage, offset));
            assert_eq!(later.print_before(lineage, offset), at_once.print_before(lineage, offset));
        }
    }
}

#[test]
fn after_they_were_settled_nothing_is_put_off() {
    let (mut tree, _) = grown(true);
    let before = tree.total(Lineage::Disk);
    tree.insert(None, 3_000, Fingerprint::of(b"new"), [true, true]);
    assert_eq!(tree.total(Lineage::Disk).len, before.len + 3);
}

#[test]
fn each_byte_is_found_where_the_fragments_one_by_one_have_it() {
    let (tree, _) = grown(false);
    let order: Vec<FragmentIx> = tree.iter().collect();
    let before: Vec<Option<FragmentIx>> = std::iter::once(None).chain(order.iter().copied().map(Some)).collect();
    for (at, fragment) in order.iter().enumerate() {
        assert_eq!(tree.previous(*fragment), before[at]);
        assert_eq!(tree.next(*fragment), order.get(at + 1).copied());
    }
    for lineage in Lineage::BOTH {
        let mut sum = Fingerprint::EMPTY;
        for fragment in order.iter().copied().filter(|fragment| tree.seen(*fragment, lineage)) {
            let print = tree.items[fragment as usize].print;
            for at in 0..print.len {
                assert_eq!(tree.find(lineage, sum.len + at), Some((fragment, at)));
                assert_eq!(tree.print_before(lineage, sum.len + at), sum);
            }
            sum = sum.then(print);
        }
        assert_eq!(tree.find(lineage, sum.len), None);
        assert_eq!((tree.print_before(lineage, sum.len), tree.total(lineage)), (sum, sum));
    }
}
