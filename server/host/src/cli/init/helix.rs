//! Helix: our server beside those that each language has, in one block at the end of `.helix/languages.toml`. Helix takes a later
//! entry of a language over an earlier one, so nothing that stands above is touched.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use toml_edit::{DocumentMut, Item, Value};

use super::change::{self, Plan};
use super::{Place, stamp};

const BEGIN: &str = "# Added by `countersign init`, and taken away by `countersign init --remove`: ";
const END: &str = "# End of what `countersign init` added.";

/// What Helix calls a language, by the ends of its files' names.
const LANGUAGES: [(&str, &[&str]); 18] = [
    ("bash", &["sh", "bash"]),
    ("c", &["c"]),
    ("cpp", &["cc", "cpp", "cxx", "h", "hpp"]),
    ("css", &["css"]),
    ("go", &["go"]),
    ("html", &["html", "htm"]),
    ("java", &["java"]),
    ("javascript", &["js", "mjs", "cjs"]),
    ("json", &["json"]),
    ("jsx", &["jsx"]),
    ("lua", &["lua"]),
    ("markdown", &["md"]),
    ("python", &["py", "pyi"]),
    ("ruby", &["rb"]),
    ("rust", &["rs"]),
    ("toml", &["toml"]),
    ("tsx", &["tsx"]),
    ("typescript", &["ts", "mts", "cts"]),
];

/// Commands that Helix 25.01 shows where later ones show the server's name.
const NAMES: [(&str, &str); 2] = [("jedi-language-server", "jedi"), ("golangci-lint-langserver", "golangci-lint-lsp")];

pub(in crate::cli) fn file(place: &Place) -> PathBuf {
    place.root.join(".helix/languages.toml")
}

pub(super) fn is_found(place: &Place) -> bool {
    program(place).is_some()
        || place.root.join(".helix").is_dir()
        || place.config.as_ref().is_some_and(|config| config.join("helix").is_dir())
}

fn program(place: &Place) -> Option<PathBuf> {
    place.on_path("hx").or_else(|| place.on_path("helix"))
}

pub(super) fn plan(place: &Place, remove: bool) -> Result<Plan> {
    let file = file(place);
    let before = change::read(&file)?;
    let block = before.as_deref().and_then(Block::find);
    if block.as_ref().is_some_and(|block| !block.is_as_written) {
        return Ok(Plan::note("left, since it was changed: our block of .helix/languages.toml; take it out by hand"));
    }
    let without = match (&before, &block) {
        (Some(text), Some(block)) => block.cut(text),
        (text, _) => text.clone(),
    };
    if remove {
        return Ok(Plan::of(file, before, without));
    }
    let Some(helix) = program(place) else {
        bail!(
            "hx is not on the PATH: only it knows which servers your languages have, and ours must stand beside them"
        );
    };
    let languages = used(&place.root);
    if languages.is_empty() {
        return Ok(Plan::note("no file here is in a language that we know Helix's name for: nothing is written"));
    }
    let after = add(without.as_deref(), &languages, &helix, &command(place))?;
    if Block::find(&after).map(|block| block.cut(&after)) != Some(without) {
        bail!("our entries could not be taken back exactly: nothing is written");
    }
    let plan = Plan::of(file, before, Some(after));
    if !plan.changes_something() {
        return Ok(plan);
    }
    Ok(plan.and("newer versions of Helix read .helix only in a workspace that they were told to trust"))
}

/// Our block in a text.
pub(in crate::cli) struct Block {
    start: usize,
    end: usize,
    pub(in crate::cli) is_as_written: bool,
}

impl Block {
    pub(in crate::cli) fn find(text: &str) -> Option<Block> {
        let start = text.find(BEGIN)?;
        let inner = start + text[start..].find('\n')? + 1;
        let end = inner + text[inner..].find(END)?;
        let said = text[start + BEGIN.len()..inner].trim_end();
        let is_as_written = said == stamp(&text[inner..end].replace('\r', ""));
        let end = text[end..].find('\n').map_or(text.len(), |newline| end + newline + 1);
        Some(Block { start, end, is_as_written })
    }

    /// The text without it; none where it is all.
    fn cut(&self, text: &str) -> Option<String> {
        if self.start == 0 && self.end == text.len() {
            return None;
        }
        // One line break was put before it.
        let before = &text[..self.start];
        let before = before.strip_suffix('\n').map_or(before, |rest| rest.strip_suffix('\r').unwrap_or(rest));
        Some(format!("{before}{}", &text[self.end..]))
    }
}

fn add(text: Option<&str>, languages: &[&str], helix: &Path, command: &str) -> Result<String> {
    let document = parse(text.unwrap_or_default()).context("it is no TOML")?;
    if document.get("language-server").and_then(|servers| servers.get("countersign")).is_some() {
        bail!("it has a server `countersign` that init did not write: left as it is");
    }
    let own = own_servers(&document);
    let mut block = format!("[language-server.countersign]\ncommand = {}\nargs = [\"lsp\"]\n", Value::from(command));
    for language in languages {
        let mut servers = match own.get(*language) {
            Some(own) => own.clone(),
            None => servers_of(helix, language)?,
        };
        servers.push(Value::from("countersign").to_string());
        block += &format!("\n[[language]]\nname = \"{language}\"\nlanguage-servers = [{}]\n", servers.join(", "));
    }
    let block = format!("{BEGIN}{}\n{block}{END}\n", stamp(&block));
    let added = match text {
        None => block,
        Some(text) if text.contains("\r\n") => format!("{text}\r\n{}", block.replace('\n', "\r\n")),
        Some(text) => format!("{text}\n{block}"),
    };
    parse(&added).context("it is written in a form that nothing can be added to: add the server by hand")?;
    Ok(added)
}

/// An error in one line.
fn parse(text: &str) -> Result<DocumentMut> {
    text.parse().map_err(|error: toml_edit::TomlError| {
        let line = text[..error.span().map_or(0, |span| span.start)].matches('\n').count() + 1;
        anyhow::anyhow!("line {line}: {}", error.message().replace('\n', "; "))
    })
}

/// The servers that the file itself gives to languages, as they are written.
fn own_servers(document: &DocumentMut) -> BTreeMap<String, Vec<String>> {
    let mut own = BTreeMap::new();
    let tables = document.get("language").and_then(Item::as_array_of_tables);
    for table in tables.into_iter().flat_map(toml_edit::ArrayOfTables::iter) {
        let name = table.get("name").and_then(Item::as_str);
        let servers = table.get("language-servers").and_then(Item::as_array);
        if let (Some(name), Some(servers)) = (name, servers) {
            let written = servers.iter().map(|server| server.clone().decorated("", "").to_string());
            own.insert(name.to_owned(), written.collect());
        }
    }
    own
}

/// The servers that Helix gives to a language with the user's own configuration, as TOML strings: asked outside of the workspace,
/// so that its answer does not hold what we wrote.
fn servers_of(helix: &Path, language: &str) -> Result<Vec<String>> {
    let mut health = Command::new(helix);
    health
        .args(["--health", language])
        .current_dir("/")
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .stderr(Stdio::null());
    let output = health.output().with_context(|| format!("cannot run {}", helix.display()))?;
    if !output.status.success() {
        bail!("`{} --health {language}` failed", helix.display());
    }
    Ok(health_servers(&String::from_utf8_lossy(&output.stdout)))
}

fn health_servers(said: &str) -> Vec<String> {
    let plain = without_colour(said);
    let lines = plain.lines().skip_while(|line| !line.starts_with("Configured language servers:")).skip(1);
    let servers = lines.take_while(|line| line.starts_with(' ')).filter_map(|line| {
        let (name, _) = line.trim_start().trim_start_matches(['✓', '✘']).split_once(':')?;
        let name = name.trim();
        let name = NAMES.iter().find(|(command, _)| *command == name).map_or(name, |(_, name)| name);
        Some(Value::from(name).to_string())
    });
    servers.collect()
}

fn without_colour(text: &str) -> String {
    let mut parts = text.split('\x1b');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |plain, part| plain + part.split_once('m').map_or(part, |(_, rest)| rest))
}

/// Plain where the PATH leads to this very program: the file may be shared.
fn command(place: &Place) -> String {
    match place.on_path("countersign").and_then(|found| std::fs::canonicalize(found).ok()) {
        Some(found) if found == place.program => "countersign".to_owned(),
        _ => place.program.to_string_lossy().into_owned(),
    }
}

/// The languages of the workspace's files that git does not ignore.
fn used(root: &Path) -> Vec<&'static str> {
    let mut found = [false; LANGUAGES.len()];
    for entry in ignore::WalkBuilder::new(root).build().flatten() {
        let Some(end) = entry.path().extension().and_then(|end| end.to_str()) else { continue };
        if let Some(at) = LANGUAGES.iter().position(|(_, ends)| ends.contains(&end)) {
            found[at] = true;
        }
    }
    LANGUAGES.iter().zip(found).filter(|(_, found)| *found).map(|((name, _), _)| *name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_copied_by_hand_is_what_init_writes() {
        let by_hand = include_str!("../../../../../editors/helix/languages.toml");
        let own = "[[language]]\nname = \"rust\"\nlanguage-servers = [\"rust-analyzer\"]\n";
        let written = add(Some(own), &["rust"], Path::new("hx"), "countersign").expect("it is TOML");
        let written: String = written[own.len()..].lines().filter(|line| !line.starts_with('#')).collect();
        let by_hand: String = by_hand.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(written, by_hand);
    }

    #[test]
    fn the_servers_are_read_from_what_helix_says() {
        let older = "Configured language servers:\n  \x1b[38;5;9m✘\x1b[39m ruff: \x1b[38;5;9m'ruff' not found in $PATH\x1b[39m\n  \x1b[38;5;9m✘\x1b[39m jedi-language-server: 'jedi-language-server' not found in $PATH\nConfigured debug adapter: None\n";
        assert_eq!(health_servers(older), ["\"ruff\"", "\"jedi\""]);
        let newer = "Configured language servers:\n  \x1b[0;32m✓\x1b[m rust-analyzer: \x1b[0;32m/usr/bin/rust-analyzer\x1b[m\nConfigured debug adapter:\n  ✘ 'lldb-dap' not found in $PATH\n";
        assert_eq!(health_servers(newer), ["\"rust-analyzer\""]);
        assert!(health_servers("Configured language servers: None\nx\n").is_empty());
    }
}
