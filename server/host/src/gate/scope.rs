//! May the agent write where its command would? Judged by the names that the command line gives: what else a program writes is seen
//! afterwards. Files that git ignores are no one's work, and what a command makes of them is left to it.

use std::collections::BTreeSet;
use std::path::Path;

use countersign_core::announce::AgentEvent;
use countersign_core::scope::Scope;
use countersign_core::shell::Reading;
use countersign_core::verdict::Verdict;

use crate::disk;
use crate::store::Store;

/// So many files of a folder that goes are judged one by one.
const WITHIN: usize = 500;
/// So many files are named to the agent.
const NAMED: usize = 3;

/// The verdict on all files that a command line is known to change.
pub(super) fn verdict(store: &Store, event: &AgentEvent, reading: &Reading, scope: &Scope) -> Verdict {
    let session = store.workspace.scope_of(&event.session);
    // Which symbols it changes is not known.
    let judged = files(store, reading).into_iter().map(|path| (scope.judge(&path, None, session), path));
    let against: Vec<(Verdict, String)> = judged.filter(|(verdict, _)| !verdict.is_allow()).collect();
    let paths: Vec<String> = against.iter().map(|(_, path)| path.clone()).collect();
    // Where git cannot be asked, none is ignored.
    let ignored = store.git.ignores(&paths).unwrap_or_default();
    let counts = against.into_iter().filter(|(_, path)| !ignored.contains(path) || scope.protects_file(path));
    let mut verdict = Verdict::combine_all(counts.map(|(verdict, _)| verdict));
    let more = verdict.reasons.len().saturating_sub(NAMED);
    if more > 0 {
        verdict.reasons.truncate(NAMED);
        verdict.reasons.push(format!("So are {more} more files."));
    }
    verdict
}

/// The files, as the workspace names them.
fn files(store: &Store, reading: &Reading) -> BTreeSet<String> {
    let root = &store.root;
    let inside = |path: &String| disk::relative(root, root, path).filter(|path| !path.is_empty());
    let is_folder = |path: &str| root.join(path).is_dir();
    let changed: BTreeSet<String> = reading.changed.iter().filter_map(inside).filter(|path| !is_folder(path)).collect();
    // A copy goes into a folder, or takes a file's place.
    let below_a_file = |path: &String| {
        let above = Path::new(path).ancestors().skip(1).filter_map(Path::to_str);
        above.filter(|above| !above.is_empty()).any(|above| changed.contains(above) || root.join(above).is_file())
    };
    let mut files: BTreeSet<String> = changed.iter().filter(|path| !below_a_file(path)).cloned().collect();
    for gone in reading.gone.iter().filter_map(inside) {
        match is_folder(&gone) {
            true => files.extend(store.git.files_within(&gone, WITHIN).unwrap_or_else(|| vec![gone])),
            false => drop(files.insert(gone)),
        }
    }
    files
}
