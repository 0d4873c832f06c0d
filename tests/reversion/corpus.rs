//! The files: those that differ between two releases of published packages. Rust's come with cargo, as dependencies of this crate; those of
//! other languages by `tests/corpus/setup`, which says why when some can't be had.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::hunks::hunks;

/// Crates with the older release's version; the newer is the other that this crate depends on.
const CRATES: [(&str, &str); 4] =
    [("arrayvec", "0.5.2"), ("bitflags", "1.3.2"), ("fastrand", "1.9.0"), ("heck", "0.4.1")];
/// The packages of other registries.
const PACKAGES: &str = include_str!("../corpus/packages");
/// Larger files are left out, in bytes.
const LARGEST: usize = 40_000;
/// Folders with what was made of the sources.
const MADE: [&str; 6] = ["dist", "commonjs", "module", "umd", "esm", "cjs"];

/// A file in two releases.
#[derive(Clone, Debug)]
pub struct Pair {
    /// Package and path, for people.
    pub name: String,
    /// What it is written in.
    pub language: &'static str,
    /// The older text.
    pub old: String,
    /// The newer text.
    pub new: String,
}

/// The files that differ between the releases, and what could not be had.
///
/// # Panics
/// If cargo cannot tell where the crates are: they are ordinary dependencies of this crate.
#[must_use]
pub fn corpus() -> (Vec<Pair>, Vec<String>) {
    let mut pairs = crates();
    let mut skipped = Vec::new();
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/corpus");
    for package in PACKAGES.lines().filter(|line| !line.starts_with('#')) {
        let [registry, name, older, newer] = package.split(' ').collect::<Vec<_>>()[..] else { continue };
        let folder = |version: &str| corpus.join(registry).join(format!("{name}-{version}"));
        match [older, newer].into_iter().find(|version| !folder(version).is_dir()) {
            Some(version) => {
                let why = std::fs::read_to_string(format!("{}.why", folder(version).display()));
                let unmade = format!("{name} {version} is not there: run tests/corpus/setup");
                skipped.push(format!("skipped: {}", why.unwrap_or(unmade).trim()));
            }
            None => pairs.extend(pairs_of(name, &folder(older), &folder(newer))),
        }
    }
    pairs.sort_by(|a, b| a.name.cmp(&b.name));
    (pairs, skipped)
}

/// Those of the crates, by cargo's own word on where their sources are.
#[must_use]
pub fn crates() -> Vec<Pair> {
    let packages = packages();
    let pairs = CRATES.iter().flat_map(|(package, older)| {
        let folder = |is_older: bool| {
            let found = packages.iter().find(|(name, version, _)| name == package && (version == older) == is_older);
            found.map(|(_, _, folder)| folder.clone()).unwrap_or_else(|| panic!("{package} is a dependency"))
        };
        pairs_of(package, &folder(true), &folder(false))
    });
    pairs.collect()
}

fn pairs_of(package: &str, old: &Path, new: &Path) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for (path, language) in sources(old) {
        let inside = path.strip_prefix(old).expect("it was found there");
        let texts = (std::fs::read_to_string(&path), std::fs::read_to_string(new.join(inside)));
        let (Ok(before), Ok(after)) = texts else { continue };
        if before.len().max(after.len()) <= LARGEST && hunks(&before, &after).len() >= 2 {
            pairs.push(Pair { name: format!("{package}/{}", inside.display()), language, old: before, new: after });
        }
    }
    pairs.sort_by(|a, b| a.name.cmp(&b.name));
    pairs
}

/// Files of code below a folder, with their language.
fn sources(folder: &Path) -> Vec<(PathBuf, &'static str)> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut found = Vec::new();
    for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_dir() && !MADE.contains(&name) {
            found.extend(sources(&path));
        } else if let Some(language) = language(name).filter(|_| path.is_file()) {
            found.push((path, language));
        }
    }
    found
}

fn language(name: &str) -> Option<&'static str> {
    let (_, extension) = name.rsplit_once('.')?;
    let language = match extension {
        "rs" => "Rust",
        "py" => "Python",
        "js" | "mjs" | "cjs" => "JavaScript",
        "ts" | "tsx" => "TypeScript",
        "java" => "Java",
        _ => return None,
    };
    Some(language)
}

fn packages() -> Vec<(String, String, PathBuf)> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())).arg("-vV").output();
    let version = String::from_utf8(rustc.expect("rustc can be started").stdout).expect("rustc writes text");
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).expect("rustc names its host");
    // Of this host alone: packages of others need not be there.
    let output = Command::new(cargo)
        .args(["metadata", "--offline", "--format-version", "1", "--filter-platform", host])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo can be started");
    let said = String::from_utf8_lossy(&output.stderr);
    let metadata: serde_json::Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("cargo metadata: {error}\n{said}"));
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let packages = metadata["packages"].as_array().cloned().unwrap_or_default();
    let of = |package: &serde_json::Value| {
        let manifest = PathBuf::from(text(&package["manifest_path"]));
        (text(&package["name"]), text(&package["version"]), manifest.parent().unwrap_or(Path::new("/")).to_owned())
    };
    packages.iter().map(of).collect()
}
