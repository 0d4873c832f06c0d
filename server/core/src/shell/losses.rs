//! What would be gone, as a sentence that a person can decide on.

use super::world::Loss;

/// So many files are named.
const NAMED: usize = 3;

/// What would be gone, file by file.
#[derive(Debug, Default)]
pub(super) struct Losses {
    files: Vec<Loss>,
    folders: Vec<String>,
}

impl Losses {
    pub(super) fn add(&mut self, loss: Option<Loss>) {
        if let Some(loss) = loss.filter(|loss| !self.files.iter().any(|known| known.path == loss.path)) {
            self.files.push(loss);
        }
    }

    /// A folder with more in it than is looked at.
    pub(super) fn add_folder(&mut self, folder: &str) {
        if !self.folders.iter().any(|known| known == folder) {
            self.folders.push(folder.to_owned());
        }
    }

    /// `14 lines of yours in src/a.rs`; none where nothing would be gone.
    pub(super) fn sentence(&self) -> Option<String> {
        let lines: usize = self.files.iter().map(|loss| loss.lines).sum();
        let yours = self.files.iter().filter(|loss| loss.lines > 0).all(|loss| loss.is_users);
        let deleted: Vec<&Loss> = self.files.iter().filter(|loss| loss.lines == 0 && loss.deleted > 0).collect();
        let whole: Vec<&Loss> = self.files.iter().filter(|loss| loss.lines == 0 && loss.deleted == 0).collect();
        let texts: Vec<&Loss> = self.files.iter().filter(|loss| loss.lines > 0).collect();
        let mut parts = Vec::new();
        if !texts.is_empty() {
            let word = if lines == 1 { "line" } else { "lines" };
            let were = if lines == 1 { "is" } else { "are" };
            let whose = if yours { " of yours".to_owned() } else { format!(" that {were} not committed") };
            parts.push(format!(
                "{lines} {word}{whose} in {}",
                names(texts.iter().map(|loss| (loss.path.as_str(), Some(loss.lines))))
            ));
        }
        if !deleted.is_empty() {
            let named = names(deleted.iter().map(|loss| (loss.path.as_str(), Some(loss.deleted))));
            let count: usize = deleted.iter().map(|loss| loss.deleted).sum();
            let lines = if count == 1 { "a line".to_owned() } else { format!("{count} lines") };
            parts.push(format!("the deletion of {lines} in {named}"));
        }
        if !whole.is_empty() {
            parts.push(format!(
                "{}, which is not committed",
                names(whole.iter().map(|loss| (loss.path.as_str(), None)))
            ));
        }
        if !self.folders.is_empty() {
            parts.push(format!(
                "what is ignored in {}",
                names(self.folders.iter().map(|folder| (folder.as_str(), None)))
            ));
        }
        (!parts.is_empty()).then(|| parts.join(" and "))
    }
}

/// The first of them by name, with their lines where there are several.
fn names<'a>(files: impl ExactSizeIterator<Item = (&'a str, Option<usize>)>) -> String {
    let all = files.len();
    let name = |(path, lines): (&str, Option<usize>)| match lines {
        Some(lines) if all > 1 => format!("`{path}` ({lines})"),
        _ => format!("`{path}`"),
    };
    let mut named: Vec<String> = files.take(NAMED).map(name).collect();
    if all > NAMED {
        named.push(format!("{} more", all - NAMED));
    }
    match named.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => named.concat(),
    }
}

/// Whether an ignored file is one that tools make again: nobody keeps work there.
pub(super) fn is_regenerable(path: &str) -> bool {
    let mut parts = path.trim_end_matches('/').split('/');
    let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or(path);
    parts.any(|part| FOLDERS.contains(&part) || part.ends_with(".egg-info"))
        || ENDS.iter().any(|end| name.ends_with(end))
}

const FOLDERS: &[&str] = &[
    "target",
    "node_modules",
    "dist",
    "build",
    "__pycache__",
    ".pytest_cache",
    ".mypy_cache",
    ".ruff_cache",
    ".tox",
    ".nox",
    ".venv",
    "venv",
    ".next",
    ".nuxt",
    ".svelte-kit",
    ".cache",
    "coverage",
    ".gradle",
    ".turbo",
    ".parcel-cache",
    "obj",
    "DerivedData",
    ".eggs",
    ".nyc_output",
    "htmlcov",
    ".terraform",
    ".dart_tool",
    "_build",
    "deps",
    ".stack-work",
    "cmake-build-debug",
    "zig-cache",
    ".zig-cache",
    "bower_components",
    ".hypothesis",
    ".ipynb_checkpoints",
    "out",
];
const ENDS: &[&str] = &[
    ".pyc",
    ".pyo",
    ".o",
    ".obj",
    ".class",
    ".log",
    ".tmp",
    ".swp",
    ".DS_Store",
    ".tsbuildinfo",
    ".coverage",
    ".so",
    ".a",
    ".dll",
    ".exe",
    ".rlib",
    ".d",
    ".lock~",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn loss(path: &str, lines: usize, is_users: bool) -> Option<Loss> {
        Some(Loss { path: path.into(), lines, deleted: 0, is_users })
    }

    #[test]
    fn what_is_lost_is_said_in_a_sentence() {
        let mut losses = Losses::default();
        assert_eq!(losses.sentence(), None);
        losses.add(loss("src/a.rs", 14, true));
        assert_eq!(losses.sentence().unwrap(), "14 lines of yours in `src/a.rs`");
        let mut gone = Losses::default();
        gone.add(Some(Loss { path: "d.rs".into(), lines: 0, deleted: 2, is_users: false }));
        assert_eq!(gone.sentence().unwrap(), "the deletion of 2 lines in `d.rs`");
        losses.add(loss("b.rs", 1, false));
        assert_eq!(losses.sentence().unwrap(), "15 lines that are not committed in `src/a.rs` (14) and `b.rs` (1)");
        losses.add(loss("logo.png", 0, false));
        for n in 0..3 {
            losses.add(loss(&format!("c{n}"), 1, false));
        }
        assert_eq!(
            losses.sentence().unwrap(),
            "18 lines that are not committed in `src/a.rs` (14), `b.rs` (1), `c0` (1) and 2 more and `logo.png`, which is not committed"
        );
    }
}
