//! Which other tools an agent may use, by their names: those of MCP servers, of the web, any that neither writes a file nor runs a command.

use globset::{Glob, GlobBuilder, GlobMatcher};
use serde::{Deserialize, Serialize};

use crate::verdict::Verdict;

/// One policy's `[tools]` as written; see [`Pattern`]. An empty one allows everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lists {
    /// What may be used though `ask` covers it.
    pub allow: Vec<String>,
    /// What must not be used.
    pub deny: Vec<String>,
    /// What a person is asked about.
    pub ask: Vec<String>,
}

/// Policies made ready to judge by. Each may only tighten the others: a tool must pass all of them.
#[derive(Clone, Debug, Default)]
pub struct Tools {
    layers: Vec<Layer>,
}

#[derive(Clone, Debug)]
struct Layer {
    allow: Vec<Pattern>,
    deny: Vec<Pattern>,
    ask: Vec<Pattern>,
}

/// A tool's name with `*`, `?`, `[…]` and `{a,b}`, in any letter case, as its agent sends it (`mcp__github__*`); or a word for all tools of
/// a kind, whatever an agent calls them: `mcp`, the tools of MCP servers, and `web`, what fetches pages and searches.
#[derive(Clone, Debug)]
pub struct Pattern {
    written: String,
    names: Names,
}

#[derive(Clone, Debug)]
enum Names {
    Of(Kind),
    Like(GlobMatcher),
}

/// See [`Pattern`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A tool of an MCP server.
    Mcp,
    /// One that asks the web.
    Web,
}

impl Kind {
    /// The kind of a tool by its name as sent, where it is of one.
    #[must_use]
    pub fn of(tool: &str) -> Option<Kind> {
        let lower = tool.to_ascii_lowercase();
        if lower.strip_prefix("mcp").is_some_and(|rest| rest.starts_with(['_', ':', '.', '/', '-'])) {
            return Some(Kind::Mcp);
        }
        let bare: String = lower.chars().filter(char::is_ascii_alphanumeric).collect();
        let web = ["webfetch", "websearch", "googlewebsearch", "fetchwebpage", "fetch", "fetchurl", "browseraction"];
        web.contains(&bare.as_str()).then_some(Kind::Web)
    }
}

impl Pattern {
    /// Reads one.
    ///
    /// # Errors
    /// If it is empty or no pattern, in words.
    pub fn parse(written: &str) -> Result<Pattern, String> {
        let names = match written {
            "" => return Err("a tool's name is missing".to_owned()),
            "mcp" => Names::Of(Kind::Mcp),
            "web" => Names::Of(Kind::Web),
            _ => Names::Like(glob(written).map_err(|error| error.kind().to_string())?.compile_matcher()),
        };
        Ok(Pattern { written: written.to_owned(), names })
    }

    fn covers(&self, tool: &str) -> bool {
        match &self.names {
            Names::Of(kind) => Kind::of(tool) == Some(*kind),
            Names::Like(glob) => glob.is_match(tool),
        }
    }
}

fn glob(written: &str) -> Result<Glob, globset::Error> {
    // A name is no path: `*` goes over whatever joins its parts.
    GlobBuilder::new(written).case_insensitive(true).literal_separator(false).backslash_escape(true).build()
}

impl Tools {
    /// Makes policies ready to judge by: the user's, the repository's.
    ///
    /// # Errors
    /// The first entry that cannot be read, in words.
    pub fn compile(policies: &[Lists]) -> Result<Tools, String> {
        let read = |list: &[String]| list.iter().map(|written| Pattern::parse(written)).collect::<Result<Vec<_>, _>>();
        let layer = |lists: &Lists| -> Result<Layer, String> {
            Ok(Layer { allow: read(&lists.allow)?, deny: read(&lists.deny)?, ask: read(&lists.ask)? })
        };
        Ok(Tools { layers: policies.iter().map(layer).collect::<Result<_, _>>()? })
    }

    /// Whether an agent may use a tool of that name, and why not.
    #[must_use]
    pub fn judge(&self, tool: &str) -> Verdict {
        Verdict::combine_all(self.layers.iter().map(|layer| layer.judge(tool)))
    }
}

impl Layer {
    fn judge(&self, tool: &str) -> Verdict {
        let first = |list: &[Pattern]| list.iter().find(|pattern| pattern.covers(tool)).map(|found| named(found, tool));
        match (first(&self.deny), first(&self.ask)) {
            (Some(found), _) => Verdict::deny(format!("The tool {found}, which the policy closes to agents.")),
            (None, Some(found)) if first(&self.allow).is_none() => {
                Verdict::ask(format!("The tool {found}, where the policy wants a person to be asked."))
            }
            _ => Verdict::allow(),
        }
    }
}

fn named(pattern: &Pattern, tool: &str) -> String {
    if pattern.written == tool {
        format!("`{tool}` is listed")
    } else {
        format!("`{tool}` is in `{}`", pattern.written)
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    fn lists(allow: &[&str], deny: &[&str], ask: &[&str]) -> Lists {
        let owned = |list: &[&str]| list.iter().map(|one| (*one).to_owned()).collect();
        Lists { allow: owned(allow), deny: owned(deny), ask: owned(ask) }
    }

    #[test]
    fn a_tool_is_denied_asked_about_or_let_go_by_its_name() {
        let user = lists(&["mcp__github__get_*"], &["mcp__*__delete_*"], &["mcp", "web"]);
        let tools = Tools::compile(&[user]).unwrap();
        let mut told = String::new();
        for tool in [
            "Read",
            "mcp__github__get_issue",
            "mcp__github__create_issue",
            "mcp__github__delete_repo",
            "MCP:search",
            "WebFetch",
            "google_web_search",
            "mcpherson",
        ] {
            let verdict = tools.judge(tool);
            told += &format!("{:?} {tool} {}\n", verdict.decision, verdict.reason());
        }
        expect![[r#"
            Allow Read 
            Allow mcp__github__get_issue 
            Ask mcp__github__create_issue The tool `mcp__github__create_issue` is in `mcp`, where the policy wants a person to be asked.
            Deny mcp__github__delete_repo The tool `mcp__github__delete_repo` is in `mcp__*__delete_*`, which the policy closes to agents.
            Ask MCP:search The tool `MCP:search` is in `mcp`, where the policy wants a person to be asked.
            Ask WebFetch The tool `WebFetch` is in `web`, where the policy wants a person to be asked.
            Ask google_web_search The tool `google_web_search` is in `web`, where the policy wants a person to be asked.
            Allow mcpherson 
        "#]].assert_eq(&told);
    }

    #[test]
    fn what_a_repository_allows_its_user_is_still_asked_about() {
        let tools = Tools::compile(&[lists(&[], &[], &["web"]), lists(&["*"], &["Task"], &[])]).unwrap();
        assert!(!tools.judge("WebSearch").is_allow());
        assert!(!tools.judge("task").is_allow(), "in any letter case");
        assert!(tools.judge("Read").is_allow());
        assert!(Tools::compile(&[lists(&[], &["mcp__[a"], &[])]).is_err());
    }
}
