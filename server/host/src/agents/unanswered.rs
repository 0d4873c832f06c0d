//! What becomes of a question where an agent cannot put it to its user: the policy decides.

use std::path::Path;

use countersign_core::verdict::{Decision, Verdict};

use crate::config::{Unanswered, unanswered};

/// A verdict without a question in it, for an agent that cannot ask. By `unanswered` of the workspace's policy it is a denial that says how
/// a person can allow it, or nothing: then the agent goes on, and what it does is shown for review. `paths` are what it is about to write.
#[must_use]
pub fn settled(verdict: Verdict, paths: &[String], root: &Path) -> Verdict {
    if verdict.decision == Decision::Ask { by(unanswered(root), verdict, paths) } else { verdict }
}

fn by(policy: Unanswered, verdict: Verdict, paths: &[String]) -> Verdict {
    match policy {
        Unanswered::Allow => Verdict::allow(),
        Unanswered::Deny => {
            let mut reasons = verdict.reasons;
            reasons.push(way_out(paths));
            Verdict { decision: Decision::Deny, reasons }
        }
    }
}

/// Rules ask too, and these no scope settles: so both ways are told.
fn way_out(paths: &[String]) -> String {
    let scope = match paths {
        [] => String::new(),
        paths => format!(
            "with `countersign scope add {}`, or ",
            paths.iter().map(|path| quoted(path)).collect::<Vec<_>>().join(" ")
        ),
    };
    format!(
        "This needs a person, who cannot be asked from here: leave it to the one you work for, who can do it, or allow it {scope}with \
         `unanswered = \"allow\"` in the policy's [scope]."
    )
}

/// A path as one word of a shell.
fn quoted(path: &str) -> String {
    format!("'{}'", path.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn a_question_that_cannot_be_put_is_denied_with_the_way_out_or_let_go() {
        let ask = || Verdict::ask("`src/auth/a b.rs` is asked about.");
        assert_eq!(by(Unanswered::Allow, ask(), &["a".to_owned()]), Verdict::allow());
        let denied = by(Unanswered::Deny, ask(), &["src/auth/a b.rs".to_owned(), "it's".to_owned()]);
        assert_eq!(denied.decision, Decision::Deny);
        expect![[r#"
            `src/auth/a b.rs` is asked about.
            This needs a person, who cannot be asked from here: leave it to the one you work for, who can do it, or allow it with `countersign scope add 'src/auth/a b.rs' 'it'\''s'`, or with `unanswered = "allow"` in the policy's [scope]."#]]
        .assert_eq(&denied.reason());
        let denied = by(Unanswered::Deny, ask(), &[]);
        assert!(!denied.reason().contains("scope add"), "of a command no path is known: {}", denied.reason());
    }

    #[test]
    fn what_is_no_question_stays_as_it_is() {
        let nowhere = Path::new("/nowhere");
        for verdict in [Verdict::allow(), Verdict::deny("no")] {
            assert_eq!(settled(verdict.clone(), &[], nowhere), verdict);
        }
    }
}
