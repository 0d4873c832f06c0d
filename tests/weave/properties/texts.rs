//! The projections are the texts: what the editor shows, what the disk holds, and the text at first sight.

use countersign_core::weave::{Fingerprint, Splice, View};
use proptest::prelude::*;

use crate::weave::history::merging_history;
use crate::weave::oracle::Lineage::{Disk, Editor};
use crate::weave::oracle::NAMES;
use crate::weave::pair::{Pair, authors, cases, lineage};

fn check(pair: &Pair, base: &str) -> Result<(), TestCaseError> {
    let weave = pair.document.weave();
    for of in [Editor, Disk] {
        let text = pair.text(of);
        prop_assert_eq!(&text, &pair.oracle.text(of), "{:?}\n{}", of, pair.told());
        prop_assert_eq!(weave.text(&View::of(weave, lineage(of))), text.clone());
        prop_assert_eq!(weave.fingerprint(lineage(of)), Fingerprint::of(text.as_bytes()));
        let named: Vec<&str> = pair.oracle.authors(of).into_iter().map(|no| NAMES[usize::from(no)]).collect();
        prop_assert_eq!(authors(&pair.document, lineage(of)), named, "{:?}\n{}", text, pair.told());
    }
    prop_assert_eq!(weave.text(&View::at(1, None, &[])), base);
    Ok(())
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn every_projection_is_its_text_at_every_step(history in merging_history()) {
        let mut pair = Pair::new(&history.base);
        for step in &history.steps {
            for act in step.acts(&pair.oracle) {
                pair.act(&act);
                check(&pair, &history.base)?;
            }
        }
    }

    #[test]
    fn the_fingerprint_of_a_change_is_told_before_it_is_made(
        history in merging_history(),
        from in any::<prop::sample::Index>(),
        to in any::<prop::sample::Index>(),
        new in "[a-z\n]{0,3}",
    ) {
        let pair = Pair::played(&history);
        for of in [Editor, Disk] {
            let text = pair.text(of);
            let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            let (from, to) = (ends[from.index(ends.len())], ends[to.index(ends.len())]);
            let range = from.min(to)..from.max(to);
            let mut changed = text.clone();
            changed.replace_range(range.clone(), &new);
            let told = pair.document.weave().fingerprint_after(lineage(of), &Splice::new(range, new.as_str()));
            prop_assert_eq!(told, Fingerprint::of(changed.as_bytes()), "{:?} to {:?}", text, changed);
        }
    }
}
