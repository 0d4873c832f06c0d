//! What is counted of a run, for each class of cases, and for Countersign by what was heard of the agent.
//!
//! - *perfect*: the text is right, as `accept` has it; where the hunks are apart there is one right text, the older one with the user's
//!   hunks alone.
//! - *preserved*: each piece of a line that the user put in stands in the text, in a place of its own; *share* is the part of the user's
//!   characters in pieces that do, on average. Whether they stand in the right order is a part of *perfect*.
//! - *agent left*: the part of the agent's words that the revert left, of those that stand nowhere in the text without the agent; on
//!   average; *by name*: what is left when the user gives up their part of the agent's hunks by name, which is asked for apart.
//! - *asked*: hunks that hold both, in which the user is offered the agent's part alone, all, or nothing.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::case::{Case, Class};
use super::model::Who;
use super::peers::Peer;
use super::play::{Hooks, Outcome};
use super::threads;

/// A line of the table.
#[derive(Clone, Debug)]
pub struct Row {
    /// Who took the agent out.
    pub name: String,
    /// The class of the cases.
    pub class: Class,
    /// How many.
    pub cases: usize,
    /// In how many the text is right.
    pub perfect: usize,
    /// In how many all that the user put in is there.
    pub preserved: usize,
    /// The part of the user's text that is there, from 0 to 1.
    pub share: f64,
    /// The part of the agent's text that is left, from 0 to 1.
    pub left: f64,
    /// The same after the answer that gives up the user's part; none for who knows no such thing.
    pub left_by_name: Option<f64>,
    /// Hunks that hold both.
    pub asked: Option<usize>,
}

/// Whether a text is right, and if not, why not.
///
/// # Errors
/// What is wrong, in words.
pub fn judged(case: &Case, text: &str) -> Result<(), String> {
    if case.class == Class::Apart {
        // What the model accepts of such a case is this text alone.
        return if text == case.wanted() { Ok(()) } else { case.accepts(text).and(Err("another text".to_owned())) };
    }
    case.accepts(text)
}

/// The lines of the table.
#[must_use]
pub fn rows(outcomes: &[Outcome], with_peers: bool) -> Vec<Row> {
    let mut rows = Vec::new();
    for class in Class::ALL {
        let of_class: Vec<&Outcome> = outcomes.iter().filter(|outcome| outcome.case.class == class).collect();
        for hooks in Hooks::ALL {
            let heard: Vec<&Outcome> = of_class.iter().copied().filter(|outcome| outcome.hooks == hooks).collect();
            let texts = heard.iter().map(|outcome| (&outcome.case, outcome.after.as_str())).collect::<Vec<_>>();
            let name = format!("countersign, {}", hooks.name());
            let by_name: f64 = heard.iter().map(|outcome| agent_left(&outcome.case, &outcome.mine_too)).sum();
            let asked = heard.iter().map(|outcome| outcome.mixed).sum();
            let left_by_name = (hooks != Hooks::None).then(|| by_name / heard.len().max(1) as f64);
            rows.push(Row { left_by_name, asked: Some(asked), ..row(name, class, &texts) });
        }
        for peer in Peer::ALL.into_iter().filter(|_| with_peers) {
            let answers = peer.answers(&of_class);
            let cases = of_class.iter().map(|outcome| &outcome.case);
            let texts: Vec<(&Case, &str)> = cases.zip(answers.iter().map(String::as_str)).collect();
            rows.push(row(peer.name().to_owned(), class, &texts));
        }
    }
    rows
}

/// The line of cases of one class, each with what was left of it.
#[must_use]
pub fn row(name: String, class: Class, cases: &[(&Case, &str)]) -> Row {
    let n = cases.len().max(1) as f64;
    let found =
        threads::map(cases, |(case, text)| (judged(case, text).is_ok(), preserved(case, text), agent_left(case, text)));
    Row {
        name,
        class,
        cases: cases.len(),
        perfect: found.iter().filter(|(perfect, _, _)| *perfect).count(),
        preserved: found.iter().filter(|(_, share, _)| *share >= 1.0).count(),
        share: found.iter().map(|(_, share, _)| share).sum::<f64>() / n,
        left: found.iter().map(|(_, _, left)| left).sum::<f64>() / n,
        left_by_name: None,
        asked: None,
    }
}

/// The part of the user's characters in pieces that stand in a text, each in a place of its own; 1 where there are none.
#[must_use]
pub fn preserved(case: &Case, text: &str) -> f64 {
    let mut pieces = case.model.pieces(Who::User);
    // The longest first: a short one is found in many places.
    pieces.sort_by_key(|piece| std::cmp::Reverse(piece.len()));
    let mut left = text.to_owned();
    let mut found = 0;
    for piece in &pieces {
        if let Some(place) = left.find(piece.as_str()) {
            left.replace_range(place..place + piece.len(), "\0");
            found += piece.len();
        }
    }
    let all: usize = pieces.iter().map(String::len).sum();
    if all == 0 { 1.0 } else { found as f64 / all as f64 }
}

/// The part of the agent's words that stand in a text, of those that nobody else put there, that the first text did not hold and that the
/// right one would not; 0 where there are none.
#[must_use]
pub fn agent_left(case: &Case, text: &str) -> f64 {
    let (right, users) = (case.wanted(), case.model.pieces(Who::User).join(" "));
    let agents = case.model.pieces(Who::Agent).join(" ");
    let known: HashSet<&str> = words(&right).chain(words(&users)).chain(words(&case.old)).collect();
    let agents: HashSet<&str> = words(&agents).filter(|word| !known.contains(word)).collect();
    let there: HashSet<&str> = words(text).collect();
    agents.intersection(&there).count() as f64 / agents.len().max(1) as f64
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|char: char| !char.is_alphanumeric() && char != '_').filter(|word| !word.is_empty())
}

/// The table, for people.
#[must_use]
pub fn table(rows: &[Row]) -> String {
    let head = format!(
        "{:<9} {:<22} {:>11} {:>11} {:>7} {:>11} {:>8} {:>6}\n",
        "class", "by", "perfect", "preserved", "share", "agent left", "by name", "asked"
    );
    let line = |row: &Row| {
        let percent = |share: f64| format!("{:.1} %", share * 100.0);
        format!(
            "{:<9} {:<22} {:>11} {:>11} {:>7} {:>11} {:>8} {:>6}\n",
            row.class.name(),
            row.name,
            format!("{}/{}", row.perfect, row.cases),
            format!("{}/{}", row.preserved, row.cases),
            percent(row.share),
            percent(row.left),
            row.left_by_name.map(percent).unwrap_or_default(),
            row.asked.map(|asked| asked.to_string()).unwrap_or_default()
        )
    };
    head + &rows.iter().map(line).collect::<String>()
}

/// The table, for machines.
#[must_use]
pub fn json(rows: &[Row]) -> Value {
    let row = |row: &Row| {
        json!({ "class": row.class.name(), "by": row.name, "cases": row.cases, "perfect": row.perfect,
            "preserved": row.preserved, "preservedShare": row.share, "agentLeft": row.left,
            "agentLeftByName": row.left_by_name, "mixedHunks": row.asked })
    };
    rows.iter().map(row).collect()
}
