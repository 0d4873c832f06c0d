//! What a report says that a file was and became, for agents that tell: nearly always exactly, also where the call's input was fitted to the
//! file or changed by its user.

use countersign_core::announce::{AgentAct, Before, Delta, LineHunk};

/// A report's one file before, none where there was none, and after; line breaks may have been made `\n`.
pub(super) struct Outcome<'a> {
    pub(super) before: Option<&'a str>,
    pub(super) after: &'a str,
    /// Whether the user changed the agent's proposal before it was written.
    pub(super) is_amended: bool,
}

impl Outcome<'_> {
    /// Says in a report of one file what became of it. What its call says is kept where it says the same, since it says it for any
    /// line breaks.
    pub(super) fn tell(&self, act: &mut AgentAct) {
        let AgentAct::DidWrite { writes } = act else { return };
        let [write] = writes.as_mut_slice() else { return };
        write.before = self.before.map_or(Before::Absent, |text| Before::Text(text.to_owned()));
        let before = self.before.unwrap_or_default();
        if write.delta.apply(before).is_ok_and(|after| after == self.after) && !self.is_amended {
            return;
        }
        let done = if self.before.is_some() {
            Delta::Hunks(vec![changed(before, self.after)])
        } else {
            Delta::Whole(self.after.to_owned())
        };
        if self.is_amended {
            write.amended = Some(done.clone());
        }
        // Of what was proposed no more is told then than what became of it: that is the announcement's.
        write.delta = done;
    }
}

/// The lines that differ, from the first to the last.
fn changed(before: &str, after: &str) -> LineHunk {
    let (old, new): (Vec<&str>, Vec<&str>) =
        (before.split_inclusive('\n').collect(), after.split_inclusive('\n').collect());
    let head = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let (old, new) = (&old[head..], &new[head..]);
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| old == new).count();
    LineHunk { line: head, old: old[..old.len() - tail].concat(), new: new[..new.len() - tail].concat() }
}

#[cfg(test)]
mod tests {
    use countersign_core::announce::{Replacement, Write};

    use super::*;

    fn told(delta: Delta, before: Option<&str>, after: &str, is_amended: bool) -> Write {
        let mut act = AgentAct::DidWrite { writes: vec![Write::new("a", delta)] };
        Outcome { before, after, is_amended }.tell(&mut act);
        match act {
            AgentAct::DidWrite { mut writes } => writes.remove(0),
            other => panic!("{other:?}"),
        }
    }

    fn replace(old: &str, new: &str) -> Delta {
        Delta::Replace(vec![Replacement { old: old.into(), new: new.into(), all: false }])
    }

    #[test]
    fn what_a_call_said_is_kept_where_it_is_what_became_of_it() {
        let write = told(replace("b", "B"), Some("a\nb\n"), "a\nB\n", false);
        assert_eq!(
            (write.delta, write.before, write.amended),
            (replace("b", "B"), Before::Text("a\nb\n".into()), None)
        );
    }

    #[test]
    fn what_a_tool_fitted_to_the_file_is_told_as_it_became_for_any_line_breaks() {
        let write = told(replace("  b", "  B"), Some("a\n\tb\nc\n"), "a\n\tB\nc\n", false);
        assert_eq!(write.after("a\n\tb\nc\n"), Ok("a\n\tB\nc\n".into()));
        assert_eq!(write.after("a\r\n\tb\r\nc\r\n"), Ok("a\r\n\tB\r\nc\r\n".into()));
        for (before, after) in
            [("a\n", "a\nb"), ("a\nb", "a\n"), ("a\na\n", "a\n"), ("", "a"), ("a", ""), ("x\ny\n", "y\nx\n")]
        {
            assert_eq!(
                told(Delta::Unknown, Some(before), after, false).after(before),
                Ok(after.into()),
                "{before:?} {after:?}"
            );
        }
    }

    #[test]
    fn a_new_file_was_absent_and_a_user_who_changed_it_is_told_of() {
        let write = told(Delta::Unknown, None, "a\n", false);
        assert_eq!((write.before, write.delta), (Before::Absent, Delta::Whole("a\n".into())));
        let write = told(replace("a", "agent"), Some("a\n"), "user\n", true);
        assert_eq!(write.after("a\n"), Ok("user\n".into()));
        assert_eq!(write.amended, Some(write.delta));
    }
}
