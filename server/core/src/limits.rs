//! What one session may do at most: beyond a soft limit a person is asked, beyond a hard one it is denied.

mod count;

use crate::verdict::Verdict;

pub use count::Count;

/// The limits of every session; a subagent's work counts for the session that it works for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Files changed.
    pub files: Limit,
    /// Lines added and removed.
    pub lines: Limit,
    /// Commands set out to run.
    pub commands: Limit,
    /// Minutes at work: from what its user asks for to the turn's end.
    pub minutes: Limit,
    /// Cost, in millionths of a US dollar.
    pub cost: Limit,
}

/// A number that may be reached and not passed; none where there is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limit {
    /// Beyond it, a person is asked.
    pub ask: Option<u64>,
    /// Beyond it, the act is denied.
    pub deny: Option<u64>,
}

/// What an act would add to a session's count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addition {
    /// The files that it writes.
    pub files: Vec<String>,
    /// Lines added and removed, as far as that can be told.
    pub lines: u64,
    /// Whether it runs a command, which the count has already heard of.
    pub is_command: bool,
}

impl Limits {
    /// Whether nothing is limited.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Limits::default()
    }

    /// Whether an act may be added to what a session has done. `cost` is what it has cost so far, in millionths of a US dollar; none where
    /// that is not known. `now` is in milliseconds since the Unix epoch.
    ///
    /// The reasons name the limit and no count, so that who allows it for the session is not asked again.
    #[must_use]
    pub fn judge(&self, count: &Count, cost: Option<u64>, addition: &Addition, now: u64) -> Verdict {
        let new = addition.files.iter().filter(|file| !count.has_changed(file)).count() as u64;
        let more = |so_far: u64, more: u64| if more == 0 { 0 } else { so_far + more };
        // A minute that has begun has not passed.
        let minutes = count.at_work(now).saturating_sub(1) / 60_000;
        let commands = if addition.is_command { count.commands() } else { 0 };
        let counts = |limit: u64, what: &str| format!("{limit} {what}{}", if limit == 1 { "" } else { "s" });
        Verdict::combine_all([
            self.files.judge(more(count.files(), new), |limit| {
                format!("This would change more than the {} that a session may (`files`", counts(limit, "file"))
            }),
            self.lines.judge(more(count.lines(), addition.lines), |limit| {
                format!("This would change more than the {} that a session may (`lines`", counts(limit, "line"))
            }),
            self.commands.judge(commands, |limit| {
                format!("This would be more than the {} that a session may run (`commands`", counts(limit, "command"))
            }),
            self.minutes.judge(minutes, |limit| {
                format!("The session is at work for more than the {} that it may (`minutes`", counts(limit, "minute"))
            }),
            self.cost.judge(cost.unwrap_or(0), |limit| {
                format!("The session has cost more than the ${:.2} that it may (`cost`", limit as f64 / 1e6)
            }),
        ])
    }
}

impl Limit {
    /// The lower of two limits.
    #[must_use]
    pub fn lower(self, other: Limit) -> Limit {
        let lower = |one: Option<u64>, other: Option<u64>| one.into_iter().chain(other).min();
        Limit { ask: lower(self.ask, other.ask), deny: lower(self.deny, other.deny) }
    }

    fn judge(self, reached: u64, beyond: impl Fn(u64) -> String) -> Verdict {
        let said = |limit: u64| format!("{} in the policy's [limits]).", beyond(limit));
        match self {
            Limit { deny: Some(deny), .. } if reached > deny => {
                Verdict::deny(format!("{} Stop here and say what is left to do.", said(deny)))
            }
            Limit { ask: Some(ask), .. } if reached > ask => Verdict::ask(said(ask)),
            _ => Verdict::allow(),
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::event::Fact;
    use crate::limits::count::tests::{prompted, ran, wrote};

    fn count(facts: &[Fact]) -> Count {
        let mut count = Count::default();
        facts.iter().for_each(|fact| count.hear(fact));
        count
    }

    fn writes(files: &[&str], lines: u64) -> Addition {
        Addition { files: files.iter().map(|file| (*file).to_owned()).collect(), lines, is_command: false }
    }

    #[test]
    fn a_soft_limit_asks_and_a_hard_one_denies() {
        let limits = Limits {
            files: Limit { ask: Some(1), deny: Some(2) },
            lines: Limit { ask: Some(100), deny: None },
            commands: Limit { ask: None, deny: Some(1) },
            ..Limits::default()
        };
        let count = count(&[wrote("a", 90, 1), ran("c1", 2), ran("c2", 2)]);
        let mut told = String::new();
        for (what, addition) in [
            ("the same file", writes(&["a"], 10)),
            ("a second file", writes(&["b"], 1)),
            ("a second and a third", writes(&["b", "c"], 1)),
            ("eleven lines", writes(&["a"], 11)),
            ("a command", Addition { is_command: true, ..Addition::default() }),
            ("nothing of these", Addition::default()),
        ] {
            let verdict = limits.judge(&count, None, &addition, 3);
            told += &format!("{what}: {:?} {}\n", verdict.decision, verdict.reason());
        }
        expect![[r#"
            the same file: Allow 
            a second file: Ask This would change more than the 1 file that a session may (`files` in the policy's [limits]).
            a second and a third: Deny This would change more than the 2 files that a session may (`files` in the policy's [limits]). Stop here and say what is left to do.
            eleven lines: Ask This would change more than the 100 lines that a session may (`lines` in the policy's [limits]).
            a command: Deny This would be more than the 1 command that a session may run (`commands` in the policy's [limits]). Stop here and say what is left to do.
            nothing of these: Allow 
        "#]]
        .assert_eq(&told);
    }

    #[test]
    fn time_counts_while_the_agent_is_at_work_and_is_reached_when_it_has_passed() {
        let limits = Limits { minutes: Limit { ask: Some(1), deny: None }, ..Limits::default() };
        let count = count(&[prompted(1000), ran("c1", 2000)]);
        let at = |now| limits.judge(&count, None, &Addition::default(), now).reason();
        assert_eq!(at(121_000), "");
        assert!(at(121_001).starts_with("The session is at work for more than the 1 minute that it may"));
    }

    #[test]
    fn a_cost_that_is_known_counts_and_one_that_is_not_stops_nobody() {
        let limits = Limits { cost: Limit { ask: Some(2_500_000), deny: None }, ..Limits::default() };
        let at = |cost| limits.judge(&Count::default(), cost, &Addition::default(), 1).reason();
        assert_eq!((at(None), at(Some(2_500_000))), (String::new(), String::new()));
        assert_eq!(
            at(Some(2_500_001)),
            "The session has cost more than the $2.50 that it may (`cost` in the policy's [limits])."
        );
    }

    #[test]
    fn of_two_limits_the_lower_holds() {
        let one = Limit { ask: Some(10), deny: None };
        assert_eq!(one.lower(Limit { ask: Some(20), deny: Some(30) }), Limit { ask: Some(10), deny: Some(30) });
        assert_eq!(one.lower(Limit::default()), one);
    }
}
