//! `.countersign.toml`: a first policy, in which every line waits behind a `#`, so that it says what can be said and decides nothing.

use anyhow::Result;

use super::Place;
use super::change::{self, Plan};
use crate::config::FILE_NAME;

/// The policy that is written where there is none.
pub(super) const FIRST: &str = r##"# What coding agents may do in this workspace. Countersign reads it again whenever it changes.
# All is optional; take the `#` off what you want. `countersign init --schema` prints what can stand here.

[scope]
# Where agents may write, as patterns of .gitignore; without these lines, everywhere.
# allow = ["src/**", "tests/**"]
# Where they must not, and where a person is asked first.
# deny = ["migrations/**", "*.pem"]
# ask = ["src/auth/**"]
# Of these files, these symbols alone.
# symbols = ["src/lib.rs::Parser::parse"]
# Kinds of files where a person is asked; this file and agents' own settings always are.
# protect = ["tests", "dependencies", "ci", "licence", "generated", "public-api"]
# What a write outside of `allow` and `symbols` gets: "deny" or "ask".
# outside = "ask"

[tools]
# Other tools, by name (`mcp__github__*`) or kind ("mcp", "web"): where a person is asked, what may go on all the same, what must not.
# ask = ["mcp", "web"]
# allow = ["mcp__docs__*"]
# deny = ["mcp__*__delete_*"]

[limits]
# What one session may do before a person is asked; with `deny` too, before it ends.
# files = 20
# lines = { ask = 500, deny = 2000 }
# commands = 200
# minutes = 60
# cost = 5.0

[risk]
# Which rules speak: "relaxed", "standard" or "strict"; `countersign explain` lists them.
# preset = "standard"
# disable = ["placeholder-left"]

[risk.severity]
# test-deleted = "critical"
"##;

pub(super) fn plan(place: &Place, remove: bool) -> Result<Plan> {
    let file = place.root.join(FILE_NAME);
    let before = change::read(&file)?;
    Ok(match (before, remove) {
        (Some(text), true) if text == FIRST => Plan::of(file, Some(text), None),
        (Some(_), true) => Plan::note(format!("left, since it says more than what init wrote: {FILE_NAME}")),
        (None, false) => Plan::of(file, None, Some(FIRST.to_owned())),
        _ => Plan::default(),
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::FIRST;
    use crate::config::{FILE_NAME, Policy, SCHEMA, parse};

    /// The policy with every example in force.
    fn uncommented() -> String {
        let line = |line: &str| match line.strip_prefix("# ") {
            Some(rest) if rest.contains(" = ") => format!("{rest}\n"),
            _ => format!("{line}\n"),
        };
        FIRST.lines().map(line).collect()
    }

    #[test]
    fn the_first_policy_decides_nothing_and_each_of_its_examples_is_good() {
        assert_eq!(parse(Path::new(FILE_NAME), FIRST).unwrap(), Policy::default());
        let all = uncommented();
        assert_ne!(parse(Path::new(FILE_NAME), &all).unwrap(), Policy::default());
        assert_eq!(FIRST.lines().zip(all.lines()).filter(|(one, other)| one != other).count(), 17, "{all}");
    }

    #[test]
    fn the_schema_takes_the_first_policy_and_its_examples() {
        let schema: serde_json::Value = serde_json::from_str(SCHEMA).unwrap();
        let schema = jsonschema::validator_for(&schema).unwrap();
        for text in [FIRST, &uncommented()] {
            let policy: serde_json::Value = toml::from_str(text).unwrap();
            assert!(
                schema.is_valid(&policy),
                "{:?}",
                schema.iter_errors(&policy).map(|e| e.to_string()).collect::<Vec<_>>()
            );
        }
    }
}
