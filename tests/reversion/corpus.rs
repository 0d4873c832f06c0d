//! The files: those that differ between two releases of published packages.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::case::hunks;

/// Packages with the older and the newer release's name in this crate's manifest.
const PACKAGES: [(&str, &str); 4] =
    [("arrayvec", "0.5.2"), ("bitflags", "1.3.2"), ("fastrand", "1.9.0"), ("heck", "0.4.1")];

/// A file in two releases.
#[derive(Clone, Debug)]
pub struct Pair {
    /// Package and path, for people.
    pub name: String,
    /// The older text.
    pub old: String,
    /// The newer text.
    pub new: String,
}

/// The files that differ between the releases, by cargo's own word on where the packages' sources are.
///
/// # Panics
/// If cargo cannot tell: the packages are ordinary dependencies of this crate.
#[must_use]
pub fn pairs() -> Vec<Pair> {
    let mut pairs = Vec::new();
    let packages = packages();
    for (package, older) in PACKAGES {
        let folder = |is_older: bool| {
            let found = packages.iter().find(|(name, version, _)| name == package && (version == older) == is_older);
            found.map(|(_, _, folder)| folder.clone()).unwrap_or_else(|| panic!("{package} is a dependency"))
        };
        let (old, new) = (folder(true), folder(false));
        for path in sources(&old.join("src")) {
            let inside = path.strip_prefix(&old).expect("it was found there");
            let texts = (std::fs::read_to_string(&path), std::fs::read_to_string(new.join(inside)));
            let (Ok(before), Ok(after)) = texts else { continue };
            if hunks(&before, &after).len() >= 2 {
                pairs.push(Pair { name: format!("{package}/{}", inside.display()), old: before, new: after });
            }
        }
    }
    pairs.sort_by(|a, b| a.name.cmp(&b.name));
    pairs
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

fn sources(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut found = Vec::new();
    for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}
