//! The JSON schema of policy files, for editors; the tests hold it against what is really read.

/// The schema, as JSON; `countersign init --schema` prints it.
pub const SCHEMA: &str = include_str!("schema.json");

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use serde_json::Value;

    use super::SCHEMA;
    use crate::config::{FILE_NAME, parse};

    fn schema() -> Value {
        serde_json::from_str(SCHEMA).unwrap()
    }

    /// The names that the reader says it would have taken in place of a wrong one.
    fn expected(text: &str) -> BTreeSet<String> {
        let error = parse(Path::new(FILE_NAME), text).unwrap_err()[0].message.clone();
        let (_, names) = error.split_once("expected ").unwrap_or((&error, ""));
        names.split('`').skip(1).step_by(2).map(str::to_owned).collect()
    }

    fn keys(object: &Value) -> BTreeSet<String> {
        object["properties"].as_object().unwrap().keys().cloned().collect()
    }

    fn words(list: &Value) -> BTreeSet<String> {
        list.as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn every_key_that_is_read_is_in_the_schema_and_no_other() {
        let schema = schema();
        assert_eq!(keys(&schema), expected("[zzz]\n"));
        for section in keys(&schema) {
            assert_eq!(
                keys(&schema["properties"][&section]),
                expected(&format!("[{section}]\nzzz = 1\n")),
                "{section}"
            );
        }
        let tier = &schema["properties"]["risk"]["properties"]["tier"]["items"];
        assert_eq!(keys(tier), expected("[[risk.tier]]\nzzz = 1\n"));
        let price = &schema["properties"]["prices"]["additionalProperties"];
        assert_eq!(keys(price), expected("[prices.model]\nzzz = 1\n"));
    }

    #[test]
    fn every_word_that_is_read_is_in_the_schema_and_no_other() {
        let schema = schema();
        let (scope, risk) = (&schema["properties"]["scope"]["properties"], &schema["properties"]["risk"]["properties"]);
        for (said, text) in [
            (&scope["protect"]["items"]["enum"], "[scope]\nprotect = ['zzz']\n"),
            (&scope["outside"]["enum"], "[scope]\noutside = 'zzz'\n"),
            (&scope["unanswered"]["enum"], "[scope]\nunanswered = 'zzz'\n"),
            (&risk["preset"]["enum"], "[risk]\npreset = 'zzz'\n"),
            (&risk["severity"]["additionalProperties"]["enum"], "[risk.severity]\nx = 'zzz'\n"),
        ] {
            assert_eq!(words(said), expected(text), "{text}");
        }
    }

    #[test]
    fn what_the_reader_refuses_the_schema_refuses_too() {
        let schema = jsonschema::validator_for(&schema()).unwrap();
        for text in [
            "[scope]\nalow = []\n",
            "[scope]\nallow = 'src'\n",
            "[scope]\nsymbols = ['src/lib.rs']\n",
            "[limits]\nfiles = -1\n",
            "[limits]\nfiles = 1.5\n",
            "[limits]\ncost = -1\n",
            "[limits]\nlines = {}\n",
            "[limits]\nlines = { max = 4 }\n",
            "[tools]\ndeny = ['']\n",
            "[[risk.tier]]\npaths = ['a']\n",
            "[[risk.tier]]\npaths = ['a']\ntier = 5\n",
            "[audit]\nretention = 1.5\n",
            "[prices.model]\ninput = 3\n",
            "[prices.model]\ninput = -3\noutput = 15\n",
            "[prices]\nmodel = 3\n",
            "[ui]\nhover = 1\n",
        ] {
            assert!(parse(Path::new(FILE_NAME), text).is_err(), "{text}");
            assert!(!schema.is_valid(&toml::from_str(text).unwrap()), "{text}");
        }
    }
}
