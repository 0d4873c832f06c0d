//! What an agent must ask comes up in Helix, and the answer reaches the agent: as a message with choices where Helix has these, else as a
//! warning whose code actions answer it (25.01).

use std::thread;

use super::FILE;
use crate::support::agent::{ClaudeCode, hook_of_an_agent};
use crate::support::helix::{Helix, on_each};
use crate::support::repository::Repository;
use crate::support::tap::Heard;

const POLICY: &str = "[scope]\nask = [\"b.txt\"]\n";

/// What Helix 25.07 puts first, since a stray Enter takes it.
const FIRST: &str = "Not here: leave it to the agent";

fn asking(test: impl Fn(&mut ClaudeCode<'_>, &mut Helix)) {
    on_each(|release| {
        let files = [("a.rs", FILE), ("b.txt", "one\ntwo\n"), (".countersign.toml", POLICY)];
        let repository = Repository::new(&files);
        let mut claude = ClaudeCode::start(&repository, hook_of_an_agent(), "session-1");
        let mut helix = Helix::start(release, &repository, "a.rs", "");
        claude.prompt("Change b");
        test(&mut claude, &mut helix);
    });
}

/// How a question shows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Choices,
    Warning,
}

/// While the agent asks, does what the person does in Helix; gives what the agent's hook said.
fn answered(claude: &mut ClaudeCode<'_>, helix: &mut Helix, person: impl FnOnce(&mut Helix, Shown)) -> String {
    let start = helix.tap.count();
    thread::scope(|scope| {
        let hook = scope.spawn(|| claude.announce_edit("b.txt", "two\n", "2\n").reply.decision().to_owned());
        let method = |heard: &Heard| heard.message["method"].as_str().unwrap_or_default().to_owned();
        let is_asked = |heard: &Heard| {
            let ways = ["window/showMessageRequest", "textDocument/publishDiagnostics"];
            ways.contains(&method(heard).as_str()) && heard.message.to_string().contains("claude-code asks for leave")
        };
        let asked = helix.tap.wait_for("question", start, is_asked);
        let has_choices = method(&helix.tap.heard()[asked]) == "window/showMessageRequest";
        helix.wait_for_screen(if has_choices { FIRST } else { "claude-code asks for leave" });
        person(helix, if has_choices { Shown::Choices } else { Shown::Warning });
        hook.join().expect("the hook answers")
    })
}

fn answer(helix: &mut Helix, shown: Shown, title: &str) {
    match shown {
        Shown::Choices => helix.choose(FIRST, title),
        Shown::Warning => helix.act(&format!("{title} (claude-code)")),
    }
}

#[test]
fn the_answer_to_an_out_of_scope_write_reaches_the_agent() {
    asking(|claude, helix| {
        assert_eq!(answered(claude, helix, |helix, shown| answer(helix, shown, "Deny")), "deny");
        claude.prompt("Do change b");
        assert_eq!(answered(claude, helix, |helix, shown| answer(helix, shown, "Allow once")), "none");
        assert_eq!(helix.tap.text("a.rs").as_deref(), Some(FILE));
    });
}

#[test]
fn keys_that_were_meant_for_the_text_stay_in_it_and_allow_nothing() {
    asking(|claude, helix| {
        helix.type_in("a.rs", "Ofn mine() {", &format!("fn mine() {{\n{FILE}"));
        let said = answered(claude, helix, |helix, shown| {
            helix.type_in("a.rs", "} // 1", &format!("fn mine() {{}} // 1\n{FILE}"));
            if shown == Shown::Warning {
                helix.keys("\x1b");
                answer(helix, shown, "Deny");
            }
        });
        assert!(["ask", "deny"].contains(&said.as_str()), "{said}");
    });
}

#[test]
fn an_enter_that_was_meant_for_the_text_leaves_it_to_the_agent() {
    asking(|claude, helix| {
        let said = answered(claude, helix, |helix, shown| {
            helix.keys("\r");
            if shown == Shown::Warning {
                answer(helix, shown, "Deny");
            }
        });
        assert!(["ask", "deny"].contains(&said.as_str()), "{said}");
    });
}
