//! VS Code: there is no extension yet, and a setting would start nothing; so nothing is written, and that is said.

use super::Place;
use super::change::Plan;

pub(super) fn is_found(place: &Place) -> bool {
    ["code", "codium", "code-insiders"].iter().any(|program| place.on_path(program).is_some())
        || place.root.join(".vscode").is_dir()
}

pub(super) fn plan(_: &Place, remove: bool) -> Plan {
    if remove {
        return Plan::default();
    }
    Plan::note(
        "there is no extension yet and nothing to configure: agents' hooks work all the same; `countersign status`, `diff` and \
         `revert` in its terminal show and take back what they write",
    )
}
