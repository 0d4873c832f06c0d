//! Where an agent may write: the policy's paths and symbols, what is protected always, and what a session was given.
//!
//! Patterns are read as `.gitignore` reads them (see [`Entry`]); the strictest answer wins: deny, then ask, then allow.

mod entry;
mod path;
mod protected;

use serde::{Deserialize, Serialize};

use crate::verdict::{Decision, Verdict};

pub use entry::{BadEntry, Entry};
pub use path::BadPath;
pub use protected::Class;

use entry::Cover;

/// The stand-in for a change that lies in no symbol, such as an import or a comment between two functions.
pub const NO_SYMBOL: &str = "";

/// One policy's `[scope]` as written. An empty one allows everything but what is protected always.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounds {
    /// Where agents may write; with this and `symbols` empty, everywhere.
    pub allow: Vec<String>,
    /// Where they must not.
    pub deny: Vec<String>,
    /// Where a person is asked.
    pub ask: Vec<String>,
    /// `path::Symbol`: of these files, agents may change these symbols (and what is in them) alone.
    pub symbols: Vec<String>,
    /// Classes of files where a person is asked; the policy's own files are protected always.
    pub protect: Vec<Class>,
    /// What a write outside `allow` and `symbols` gets: deny where none is given.
    pub outside: Option<Decision>,
}

/// Policies made ready to judge by. Each may only tighten the others: a path must pass all of them.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    layers: Vec<Layer>,
}

#[derive(Clone, Debug)]
struct Layer {
    allow: Vec<Entry>,
    deny: Vec<Entry>,
    ask: Vec<Entry>,
    symbols: Vec<Entry>,
    protect: Vec<Class>,
    outside: Decision,
}

/// What a person gave one session: a fence narrower than the policy's, and exceptions from it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SessionScope {
    /// With entries in it, the session may write there alone.
    pub only: Vec<Entry>,
    /// What a person allowed although something stood against it. The policy's and the hooks' own files need their
    /// exact path here ([`Entry::exact`]): a pattern that happens to cover them does not open them.
    pub allowed: Vec<Entry>,
}

/// A scope in the words of who knows folders and files alone, as a kernel does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fences {
    /// Lists of patterns, each of which must let a file pass: the user's, the repository's, the session's. None where all is open.
    pub lists: Vec<Vec<String>>,
    /// What a fence of these does not hold: what is closed within it, and symbols; for a person.
    pub only_judged: Vec<String>,
}

impl Scope {
    /// Makes policies ready to judge by: the user's, the repository's. All entries that cannot be read are named.
    pub fn compile(policies: &[Bounds]) -> Result<Scope, Vec<BadEntry>> {
        let mut bad = vec![];
        let layers = policies.iter().map(|bounds| Layer::compile(bounds, &mut bad)).collect();
        if bad.is_empty() { Ok(Scope { layers }) } else { Err(bad) }
    }

    /// Whether an agent may change the file, and why not.
    ///
    /// `path` is relative to the workspace, with `/`, without `.` and `..`; what is not is denied: the host resolves
    /// absolute paths, links, letter case and backslashes first. `changed` are the symbols that the change touches
    /// (`Parser::parse`; [`NO_SYMBOL`] for what lies in none), or none when that is not known: then a person is asked
    /// where it matters. Anything but allow comes with a sentence for each reason.
    pub fn judge(&self, path: &str, changed: Option<&[String]>, session: &SessionScope) -> Verdict {
        if let Err(bad) = path::check(path) {
            return Verdict::deny(bad.to_string());
        }
        let policy_file = Class::Policy.covers(path);
        if policy_file && !session.allowed.iter().any(|entry| entry.names_exactly(path)) {
            return Verdict::deny(format!("`{path}` is part of the policy or the hooks that oversee agents."));
        }
        let left = match Cover::of(&session.allowed, path, changed) {
            Cover::All => return Verdict::allow(),
            Cover::AllBut(symbols) => Some(symbols),
            Cover::None | Cover::Unknown => changed.map(<[String]>::to_vec),
        };
        let left = left.as_deref();
        let layers = self.layers.iter().map(|layer| layer.judge(path, left));
        Verdict::combine_all(layers.chain([judge_session(&session.only, path, left)]))
    }

    /// What a fence of folders can and cannot hold of this scope.
    #[must_use]
    pub fn fences(&self, session: &SessionScope) -> Fences {
        let mut fences = Fences::default();
        let layers = self.layers.iter().map(|layer| layer.allow.iter().chain(&layer.symbols).collect::<Vec<_>>());
        for list in layers.chain([session.only.iter().collect()]).filter(|list| !list.is_empty()) {
            let symbols = list.iter().filter(|entry| entry.has_symbol());
            fences.only_judged.extend(symbols.map(|entry| format!("`{}`", entry.written())));
            fences.lists.push(list.iter().map(|entry| entry.path_written().to_owned()).collect());
        }
        for layer in &self.layers {
            let closed = layer.deny.iter().chain(&layer.ask);
            fences.only_judged.extend(closed.map(|entry| format!("`{}`", entry.written())));
            fences.only_judged.extend(layer.protect.iter().map(|class| class.what().to_owned()));
        }
        fences
    }

    /// Whether a file is of the policy or the hooks, which no policy opens.
    #[must_use]
    pub fn protects_file(&self, path: &str) -> bool {
        Class::Policy.covers(path)
    }

    /// Whether a policy asks for this class to be protected; the policy's own files always are.
    pub fn protects(&self, class: Class) -> bool {
        class == Class::Policy || self.layers.iter().any(|layer| layer.protect.contains(&class))
    }
}

impl Layer {
    fn compile(bounds: &Bounds, bad: &mut Vec<BadEntry>) -> Layer {
        let mut read = |entries: &[String]| entry::parse_all(entries, bad);
        let (allow, deny, ask) = (read(&bounds.allow), read(&bounds.deny), read(&bounds.ask));
        let symbols: Vec<Entry> = read(&bounds.symbols);
        bad.extend(symbols.iter().filter_map(Entry::lacks_symbol));
        let outside = bounds.outside.unwrap_or(Decision::Deny);
        Layer { allow, deny, ask, symbols, protect: bounds.protect.clone(), outside }
    }

    fn judge(&self, path: &str, changed: Option<&[String]>) -> Verdict {
        let protected = self
            .protect
            .iter()
            .filter(|class| class.covers(path))
            .map(|class| Verdict::ask(format!("`{path}` is {}, which this workspace protects.", class.what())));
        let listed = [
            touches(&self.deny, Decision::Deny, "which the policy closes to agents", path, changed),
            touches(&self.ask, Decision::Ask, "where the policy wants a person to be asked", path, changed),
            self.judge_outside(path, changed),
        ];
        Verdict::combine_all(listed.into_iter().chain(protected))
    }

    /// A file that `symbols` names is open in these symbols alone, even where `allow` covers it: else naming them would
    /// mean nothing.
    fn judge_outside(&self, path: &str, changed: Option<&[String]>) -> Verdict {
        if self.allow.is_empty() && self.symbols.is_empty() {
            return Verdict::allow();
        }
        let by_symbol = self.symbols.iter().any(|entry| entry.covers_path(path));
        let entries = if by_symbol { &self.symbols } else { &self.allow };
        fence(entries, self.outside, "what the policy allows", path, changed)
    }
}

fn judge_session(only: &[Entry], path: &str, changed: Option<&[String]>) -> Verdict {
    if only.is_empty() {
        return Verdict::allow();
    }
    fence(only, Decision::Deny, "what this session was limited to", path, changed)
}

/// The verdict on what lies outside of a fence.
fn fence(entries: &[Entry], outside: Decision, whose: &str, path: &str, changed: Option<&[String]>) -> Verdict {
    let reason = match Cover::of(entries, path, changed) {
        Cover::All => return Verdict::allow(),
        Cover::None => format!("`{path}` is outside {whose} ({}).", entry::list(entries)),
        Cover::AllBut(symbols) => {
            format!("{} in `{path}` is outside {whose} ({}).", name_all(&symbols), entry::list(entries))
        }
        Cover::Unknown => {
            let reason =
                format!("It cannot be told whether the change in `{path}` stays within {}.", entry::list(entries));
            return Verdict::ask(reason);
        }
    };
    stated(outside, reason)
}

/// The verdict on what entries of `deny` or `ask` touch: one changed symbol is enough.
fn touches(entries: &[Entry], decision: Decision, what: &str, path: &str, changed: Option<&[String]>) -> Verdict {
    Verdict::combine_all(entries.iter().filter(|entry| entry.covers_path(path)).map(|entry| {
        match (entry.symbol(), changed) {
            (Some(_), None) => {
                Verdict::ask(format!("It cannot be told whether the change in `{path}` touches `{entry}`, {what}."))
            }
            (Some(_), Some(changed)) if !changed.iter().any(|symbol| entry.covers_symbol(symbol)) => Verdict::allow(),
            _ => stated(decision, format!("`{path}` is in `{entry}`, {what}.")),
        }
    }))
}

fn stated(decision: Decision, reason: String) -> Verdict {
    match decision {
        Decision::Allow => Verdict::allow(),
        Decision::Ask => Verdict::ask(reason),
        Decision::Deny => Verdict::deny(reason),
    }
}

fn name_all(symbols: &[String]) -> String {
    let names = symbols.iter().map(|symbol| match symbol.as_str() {
        NO_SYMBOL => "what lies in no symbol".to_owned(),
        symbol => format!("`{symbol}`"),
    });
    names.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
