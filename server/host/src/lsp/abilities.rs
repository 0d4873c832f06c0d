//! What a client can do, as it said when it came, where that changes what it is told.

use tower_lsp::gen_lsp_types::{ClientCapabilities, InitializeParams};

/// Editors that ask for diagnostics of the files that they show, and of no others (Neovim 0.12, Helix 25.07). What agents do in files
/// that are closed they learn only where it is pushed.
const ASK_FOR_OPEN_FILES_ALONE: [&str; 2] = ["Neovim", "helix"];

/// See the module.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Abilities {
    /// It asks for diagnostics, of all files, and can be told that there is news: none are pushed. A client that cannot be told would
    /// not see what an agent did on disk, and is pushed to as if it never asked.
    pub(super) pulls: bool,
    /// It puts questions to the person.
    pub(super) asks: bool,
    /// Its questions come up at once, and take an Enter that was meant for the text as the first choice.
    pub(super) enter_takes_the_first: bool,
    /// It opens a document where it is told to.
    pub(super) shows_documents: bool,
    /// It shows how far long work has come.
    pub(super) shows_progress: bool,
    /// It asks for an action's edit when the action is chosen.
    pub(super) resolves_edits: bool,
    /// It asks for code lenses, and for inlay hints, anew where it is told to.
    pub(super) renews_lenses: bool,
    pub(super) renews_hints: bool,
    /// It deletes files where an edit says so.
    pub(super) deletes: bool,
    /// It is a plugin of ours, `experimental.countersign.work`: it wants to know when agents are at work, and says itself why a server
    /// refuses to start.
    pub(super) is_ours: bool,
}

impl Abilities {
    pub(super) fn of(params: &InitializeParams) -> Self {
        let name = params.client_info.as_ref().map(|client| client.name.as_str());
        let asks_for_all = !name.is_some_and(|name| ASK_FOR_OPEN_FILES_ALONE.contains(&name));
        let can = &params.capabilities;
        let window = can.window.as_ref();
        Self {
            pulls: asks_for_all && pulls(can) && refreshes(can),
            asks: window.is_some_and(|window| window.show_message.is_some()),
            enter_takes_the_first: name == Some("helix"),
            shows_documents: window.is_some_and(|window| window.show_document.as_ref().is_some_and(|can| can.support)),
            shows_progress: window.and_then(|window| window.work_done_progress).unwrap_or(false),
            resolves_edits: resolves_edits(can),
            renews_lenses: renews_lenses(can),
            renews_hints: renews_hints(can),
            deletes: deletes(can),
            is_ours: is_ours(can),
        }
    }
}

fn pulls(can: &ClientCapabilities) -> bool {
    can.text_document.as_ref().is_some_and(|document| document.diagnostic.is_some())
}

fn refreshes(can: &ClientCapabilities) -> bool {
    let diagnostics = can.workspace.as_ref().and_then(|workspace| workspace.diagnostics.as_ref());
    diagnostics.and_then(|diagnostics| diagnostics.refresh_support).unwrap_or(false)
}

fn resolves_edits(can: &ClientCapabilities) -> bool {
    let action = can.text_document.as_ref().and_then(|document| document.code_action.as_ref());
    let support = action.and_then(|action| action.resolve_support.as_ref());
    support.is_some_and(|support| support.properties.iter().any(|property| property == "edit"))
}

fn renews_lenses(can: &ClientCapabilities) -> bool {
    let lenses = can.workspace.as_ref().and_then(|workspace| workspace.code_lens.as_ref());
    lenses.and_then(|lenses| lenses.refresh_support).unwrap_or(false)
}

fn renews_hints(can: &ClientCapabilities) -> bool {
    let hints = can.workspace.as_ref().and_then(|workspace| workspace.inlay_hint.as_ref());
    hints.and_then(|hints| hints.refresh_support).unwrap_or(false)
}

fn deletes(can: &ClientCapabilities) -> bool {
    let edit = can.workspace.as_ref().and_then(|workspace| workspace.workspace_edit.as_ref());
    let known = edit.and_then(|edit| edit.resource_operations.as_ref());
    known.is_some_and(|known| known.contains(&tower_lsp::gen_lsp_types::ResourceOperationKind::Delete))
}

fn is_ours(can: &ClientCapabilities) -> bool {
    let work = can.experimental.as_ref().and_then(|can| can.get("countersign")?.get("work")?.as_bool());
    work.unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn of(name: &str, capabilities: &Value) -> Abilities {
        let params =
            json!({ "processId": null, "rootUri": null, "clientInfo": { "name": name }, "capabilities": capabilities });
        Abilities::of(&serde_json::from_value(params).unwrap())
    }

    #[test]
    fn a_client_is_pushed_to_unless_it_asks_for_all_files_and_can_be_told_of_news() {
        let both =
            json!({ "textDocument": { "diagnostic": {} }, "workspace": { "diagnostics": { "refreshSupport": true } } });
        assert!(of("Visual Studio Code", &both).pulls);
        assert!(!of("Visual Studio Code", &json!({ "textDocument": { "diagnostic": {} } })).pulls);
        assert!(!of("", &json!({ "workspace": { "diagnostics": { "refreshSupport": true } } })).pulls);
        assert!(
            !of("Neovim", &both).pulls,
            "it asks for the files that it shows, and news in others must come all the same"
        );
        assert!(!of("helix", &both).pulls);
        assert!(of("helix", &both).enter_takes_the_first);
    }

    #[test]
    fn what_a_client_does_not_say_it_cannot_do() {
        assert_eq!(of("", &json!({})), Abilities::default());
        let window = json!({ "window": { "showMessage": {}, "workDoneProgress": true } });
        assert_eq!(of("", &window), Abilities { asks: true, shows_progress: true, ..Abilities::default() });
    }
}
