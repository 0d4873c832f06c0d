//! The product in a real Helix, 25.01 and 25.07: an agent writes beside a person who types, and is taken back out. Helix loads what was
//! written to disk when it is told to, and not before.

mod asked;
mod set_up;
mod shown;
mod troubles;

use crate::support::agent::{ClaudeCode, countersign_hook};
use crate::support::binary::{countersign, run};
use crate::support::helix::{Helix, on_each};
use crate::support::repository::Repository;

const FILE: &str = "fn a() {}\nfn b() {}\nfn c() {}\n";
const WITH_AGENT: &str = "fn a() {}\nfn b() {}\nfn x() {}\nfn y() {}\nfn c() {}\n";

struct Scene<'a> {
    repository: &'a Repository,
    claude: ClaudeCode<'a>,
    helix: Helix,
    /// The name of the release.
    release: String,
}

/// A repository with one file, open in a Helix that is served, and an agent at work in it.
fn scene(test: impl Fn(&mut Scene<'_>)) {
    on_each(|release| {
        let repository = Repository::new(&[("a.rs", FILE)]);
        let claude = ClaudeCode::start(&repository, countersign_hook("claude-code"), "session-1");
        let helix = Helix::start(release, &repository, "a.rs", "");
        test(&mut Scene { repository: &repository, claude, helix, release: release.name.clone() });
    });
}

impl Scene<'_> {
    /// The agent adds two lines below `b`. The buffer goes on to lack them.
    fn agent_writes(&mut self) {
        self.claude.edit("a.rs", "fn b() {}\n", "fn b() {}\nfn x() {}\nfn y() {}\n");
    }

    fn agent_writes_and_helix_reloads(&mut self) {
        self.agent_writes();
        self.helix.reload("a.rs", WITH_AGENT);
        self.wait_for_hunks((1, 0, 0));
    }

    /// Waits until the server tells of so many hunks of each kind: agents' alone, mixed, external.
    fn wait_for_hunks(&self, wanted: (u64, u64, u64)) {
        self.helix.tap.wait_for_last("countersign/didChangeHunks", "a.rs", |params| {
            let count = |name: &str| params["counts"][name].as_u64().unwrap_or(u64::MAX);
            (count("agent"), count("mixed"), count("external")) == wanted
        });
    }

    /// Chooses a code action at a line (from 1) and waits until the text is what it should make of it.
    fn act(&mut self, line: usize, title: &str, expected: &str) {
        self.helix.goto(line);
        self.helix.act(title);
        self.helix.tap.wait_for_text("a.rs", expected);
    }

    fn command(&self, arguments: &[&str]) -> String {
        run(self.repository.command(countersign()).args(arguments), b"").ok()
    }
}

#[test]
fn a_server_that_was_killed_is_started_again_by_lsp_restart_and_knows_all() {
    scene(|scene| {
        scene.agent_writes_and_helix_reloads();
        scene.helix.goto(5);
        let typed = format!("{WITH_AGENT}fn mine() {{}}\n");
        scene.helix.type_in("a.rs", "ofn mine() {}\x1b", &typed);
        scene.helix.write("write");
        // The save is taken in once what is asked behind it is answered.
        assert!(!scene.helix.try_act("No such action"));
        let start = scene.helix.tap.count();
        scene.helix.kill_server();
        scene.helix.wait_for_screen("Language server exited");
        scene.helix.command("lsp-restart");
        scene.helix.tap.wait_for_editors("textDocument/didOpen", start);
        scene.act(3, "Revert this hunk (claude-code)", &format!("{FILE}fn mine() {{}}\n"));
        scene.wait_for_hunks((0, 0, 0));
    });
}

#[test]
fn a_hunk_is_reverted_through_the_menu_and_undo_brings_it_back_with_its_author() {
    scene(|scene| {
        scene.agent_writes_and_helix_reloads();
        scene.act(3, "Revert this hunk (claude-code)", FILE);
        scene.wait_for_hunks((0, 0, 0));
        scene.helix.type_in("a.rs", "u", WITH_AGENT);
        scene.wait_for_hunks((1, 0, 0));
    });
}

#[test]
fn typing_above_and_inside_survives_a_revert() {
    scene(|scene| {
        scene.agent_writes_and_helix_reloads();
        scene.helix.goto(1);
        scene.helix.type_in("a.rs", "Ofn above() {}\x1b", &format!("fn above() {{}}\n{WITH_AGENT}"));
        scene.helix.goto(5);
        let kept = "fn above() {}\nfn a() {}\nfn b() {}\nfn y() { mine() }\nfn c() {}\n";
        scene.helix.type_in("a.rs", "f{a mine() \x1b", &kept.replace("fn y", "fn x() {}\nfn y"));
        scene.wait_for_hunks((0, 1, 0));
        scene.act(4, "Revert all of the agents' hunks in this file now (an agent is at work)", kept);
        scene.helix.write("write");
        assert_eq!(scene.repository.read("a.rs"), kept);
    });
}

#[test]
fn a_clean_buffer_that_is_behind_the_disk_does_not_keep_the_disk_from_a_revert() {
    scene(|scene| {
        scene.agent_writes();
        scene.wait_for_hunks((1, 0, 0));
        scene.helix.goto(3);
        scene.helix.act("Revert this hunk (claude-code)");
        scene.wait_for_hunks((0, 0, 0));
        assert_eq!(scene.repository.read("a.rs"), FILE);
        assert_eq!(scene.helix.tap.text("a.rs").as_deref(), Some(FILE));
        // What Helix does not know of the disk it does not write over by itself; once it has looked, it saves as ever.
        scene.helix.command("reload");
        let kept = format!("fn mine() {{}}\n{FILE}");
        scene.helix.type_in("a.rs", "ggOfn mine() {}\x1b", &kept);
        scene.helix.write("write");
        assert_eq!(scene.repository.read("a.rs"), kept);
    });
}

#[test]
fn a_save_by_force_over_an_agents_write_is_the_users_and_leaves_no_hunk() {
    scene(|scene| {
        let mine = format!("fn mine() {{}}\n{FILE}");
        scene.helix.type_in("a.rs", "Ofn mine() {}\x1b", &mine);
        scene.agent_writes();
        scene.helix.command("write");
        scene.helix.wait_for_screen("modified by an external process");
        assert_eq!(scene.repository.read("a.rs"), WITH_AGENT);
        scene.helix.write("write!");
        assert_eq!(scene.repository.read("a.rs"), mine);
        scene.wait_for_hunks((0, 0, 0));
        scene.claude.stop();
        assert_eq!(scene.command(&["revert", "--all", "--yes"]), "nothing to revert\n");
    });
}

#[test]
fn a_reload_over_unsaved_typing_shows_the_agents_hunk_and_the_typing_can_be_restored() {
    scene(|scene| {
        scene.helix.type_in("a.rs", "Ofn mine() {}\x1b", &format!("fn mine() {{}}\n{FILE}"));
        scene.agent_writes();
        scene.helix.reload("a.rs", WITH_AGENT);
        scene.wait_for_hunks((1, 0, 0));
        let listed = scene.command(&["restore"]);
        assert!(listed.contains("fn mine() {}"), "{listed}");
        scene.act(3, "Revert this hunk (claude-code)", FILE);
    });
}
