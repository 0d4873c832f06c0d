//! A person in a real Helix.

use super::{Change, Editor};
use crate::support::helix::{Helix, Release};
use crate::support::repository::Repository;
use crate::support::tap::Tap;

pub(super) struct Desk {
    helix: Helix,
}

pub(super) fn start(release: &Release, repository: &Repository) -> Desk {
    Desk { helix: Helix::start(release, repository, "start.rs", "") }
}

impl Editor for Desk {
    fn open(&mut self, path: &str) {
        let start = self.helix.tap.count();
        self.helix.command(&format!("open {path}"));
        self.helix.tap.wait_for_editors("textDocument/didOpen", start);
    }

    fn change(&mut self, path: &str, change: &Change<'_>, expected: &str) {
        let splice = &change.splice;
        let (line, byte) = change.place(splice.range.start);
        self.helix.goto(line + 1);
        let start = splice.range.start;
        let right = change.before[start - byte..start].chars().count();
        let selected = change.before[splice.range.clone()].chars().count();
        let mut keys = "gh".to_owned();
        if right > 0 {
            keys += &format!("{right}l");
        }
        match selected {
            0 => {}
            1 => keys += "d",
            _ => keys += &format!("v{}ld", selected - 1),
        }
        self.helix.keys(&keys);
        self.helix.keys("i");
        // Helix indents what comes behind a break that is typed.
        if change.typed && !splice.text.contains('\n') {
            self.helix.keys(&splice.text);
        } else if !splice.text.is_empty() {
            self.helix.paste(&splice.text);
        }
        self.helix.type_in(path, "\x1b", expected);
    }

    fn save(&mut self) {
        self.helix.write("write");
    }

    fn reload(&mut self, path: &str, expected: &str) {
        self.helix.reload(path, expected);
    }

    fn act(&mut self, title: &str) -> bool {
        self.helix.try_act(title)
    }

    fn tap(&self) -> &Tap {
        &self.helix.tap
    }
}
