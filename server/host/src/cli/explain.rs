//! `countersign explain RULE`: what a rule matches, why it matters, a bad and a good example.

use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Args as ClapArgs;
use countersign_core::rules;

use super::paint::{Ink, ink, severity, word};

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
        return Ok(ExitCode::SUCCESS);
    };
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
