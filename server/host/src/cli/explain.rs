//! `countersign explain RULE`: what a rule matches, why it matters, a bad and a good example.

use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Args as ClapArgs;
use countersign_core::finding::Severity;
use countersign_core::review::OUT_OF_SCOPE;
use countersign_core::rules;

use super::paint::{Ink, ink, severity, word};

/// What scope findings are about: they come from the policy and the session, not from the rules.
pub(super) const SCOPE_TITLE: &str = "Written out of scope";
pub(super) const SCOPE_WHY: &str = "\
An agent changed a file or a symbol that the policy (`.countersign.toml`) or its session's scope (`countersign scope`) does not \
open to it. What is out of scope was not asked for: it is easily overlooked, and often an attempt to make a check pass elsewhere. \
The policy's and the hooks' own files are out of scope always.";

#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// The rule's id; all rules are listed without it
    rule: Option<String>,
}

pub(super) fn run(args: &Args) -> Result<ExitCode> {
    let Some(id) = &args.rule else {
        for rule in rules::all() {
            println!("{:<20} {:<9} {}", rule.id, word(rule.severity), rule.title);
        }
        println!("{OUT_OF_SCOPE:<20} {:<9} {SCOPE_TITLE}", word(Severity::High));
        return Ok(ExitCode::SUCCESS);
    };
    if id == OUT_OF_SCOPE {
        println!("{}  {SCOPE_TITLE}", ink(Ink::Strong, OUT_OF_SCOPE));
        println!("{} where the scope denies, {} where it asks", word(Severity::High), word(Severity::Medium));
        println!("\n{SCOPE_WHY}\n");
        println!("{}\n    asked to mend src/parser.rs, the agent also edits ci/checks.yml\n", ink(Ink::Bad, "Bad"));
        println!("{}\n    it edits src/parser.rs alone, or asks first", ink(Ink::Good, "Good"));
        return Ok(ExitCode::SUCCESS);
    }
    let Some(rule) = rules::rule(id) else {
        bail!("there is no rule `{id}`: `countersign explain` lists them");
    };
    println!("{}  {}", ink(Ink::Strong, &rule.id), rule.title);
    println!("{} · {}", ink(severity(rule.severity), word(rule.severity)), rule.category);
    println!("\n{}\n", rule.why.trim());
    println!("{}\n{}\n", ink(Ink::Bad, "Bad"), indent(&rule.example.bad));
    println!("{}\n{}", ink(Ink::Good, "Good"), indent(&rule.example.good));
    Ok(ExitCode::SUCCESS)
}

fn indent(text: &str) -> String {
    text.trim_end().lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}
