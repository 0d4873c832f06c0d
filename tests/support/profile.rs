//! Which editor a client plays: what it says of itself on `initialize` (recorded from the editors), and where they differ in what they do.

use serde_json::Value;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Profile {
    Neovim010,
    Neovim012,
    Helix2501,
    Helix2507,
    VsCode,
}

impl Profile {
    pub(crate) const ALL: [Profile; 5] =
        [Profile::Neovim010, Profile::Neovim012, Profile::Helix2501, Profile::Helix2507, Profile::VsCode];

    /// `clientInfo` and `capabilities` of the editor's initialize.
    pub(crate) fn hello(self) -> Value {
        let recorded = match self {
            Profile::Neovim010 => include_str!("profiles/neovim-0.10.json"),
            Profile::Neovim012 => include_str!("profiles/neovim-0.12.json"),
            Profile::Helix2501 => include_str!("profiles/helix-25.01.json"),
            Profile::Helix2507 => include_str!("profiles/helix-25.07.json"),
            Profile::VsCode => include_str!("profiles/vscode-1.139.json"),
        };
        serde_json::from_str(recorded).expect("a recorded profile is JSON")
    }

    pub(super) fn is_neovim(self) -> bool {
        matches!(self, Profile::Neovim010 | Profile::Neovim012)
    }

    /// The version of a file just opened.
    pub(crate) fn first_version(self) -> i64 {
        i64::from(self == Profile::VsCode)
    }

    /// Does it turn down an edit made for `version` of a file that stands at `current`? Neovim minds old versions alone, and never 0.
    pub(super) fn refuses(self, version: i64, current: i64) -> bool {
        if self.is_neovim() { version > 0 && version < current } else { version != current }
    }

    /// What it replies to an edit that it turned down: Neovim says `applied` all the same.
    pub(super) fn claims_applied_when_refused(self) -> bool {
        self.is_neovim()
    }

    /// Helix tells of a change that the server asked for before it answers, the others after.
    pub(super) fn answers_after_change(self) -> bool {
        matches!(self, Profile::Helix2501 | Profile::Helix2507)
    }

    /// Helix 25.01 knows no question to the person.
    pub(super) fn asks_person(self) -> bool {
        self != Profile::Helix2501
    }

    /// A reload from disk is a close and an open in Neovim, a change elsewhere.
    pub(super) fn reopens_on_reload(self) -> bool {
        self.is_neovim()
    }
}
