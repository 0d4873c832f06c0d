//! The projections are the texts: what the editor shows, what the disk holds, and the text at first sight.

use countersign_core::weave::{Fingerprint, View};
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
}
