//! How a change reaches the editor: pasted, or key by key.

use countersign_core::weave::Splice;

use super::random::Random;

/// What an editor tells of when the user makes a change: all at once, out and then in, or key by key. Whole lines are typed as editors have
/// it: a new line is opened, then filled.
#[must_use]
pub fn typed(splice: &Splice, random: &mut Random) -> Vec<Splice> {
    let Splice { range, text, .. } = splice;
    let manner = random.below(3);
    if manner == 0 {
        return vec![splice.clone()];
    }
    let mut changes = vec![Splice::new(range.clone(), String::new())];
    let mut at = range.start;
    if manner == 1 {
        changes.push(Splice::new(at..at, text.clone()));
    } else {
        for line in text.split_inclusive('\n') {
            let keys = line.strip_suffix('\n').unwrap_or(line);
            if keys.len() < line.len() {
                changes.push(Splice::new(at..at, "\n"));
            }
            // Long texts come line by line, as by a completion.
            let by_key = text.len() < 300;
            for key in keys.split_inclusive(|_: char| by_key) {
                changes.push(Splice::new(at..at, key));
                at += key.len();
            }
            at += line.len() - keys.len();
        }
    }
    changes.retain(|change| !change.range.is_empty() || !change.text.is_empty());
    changes
}
