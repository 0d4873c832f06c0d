//! What git says of files by their names, where it need not read its index for it: that takes as long as the repository is large.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::process::Stdio;

use super::Git;

impl Git {
    /// Those names that git is told to ignore, followed or not; none where that cannot be told.
    #[must_use]
    pub fn ignores(&self, names: &[String]) -> Option<BTreeSet<String>> {
        if names.is_empty() {
            return Some(BTreeSet::new());
        }
        // On stdin, since only there it takes any name.
        let mut asking = self.command(&["check-ignore", "--no-index", "-z", "--stdin"]);
        let mut asking = asking.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
        let paths: String = names.iter().map(|name| format!("./{name}\0")).collect();
        let mut stdin = asking.stdin.take()?;
        // Beside reading, since it answers while it is asked.
        let asked = std::thread::spawn(move || stdin.write_all(paths.as_bytes()));
        let answered = asking.wait_with_output().ok()?;
        // 1 is that it ignores none of them.
        if !matches!(answered.status.code(), Some(0 | 1)) || !matches!(asked.join(), Ok(Ok(()))) {
            return None;
        }
        let found = answered.stdout.split(|byte| *byte == 0).filter(|name| !name.is_empty());
        found.map(|name| Some(std::str::from_utf8(name).ok()?.trim_start_matches("./").to_owned())).collect()
    }

    /// The folders of the workspace in which git follows a file; none where it cannot be asked. The workspace itself has no name.
    #[must_use]
    pub fn folders(&self) -> Option<BTreeSet<String>> {
        let listed = self.listed(&["ls-files", "-z", "--", "."])?;
        let (mut folders, mut last) = (BTreeSet::new(), None);
        for path in listed.split(|byte| *byte == 0).filter(|path| !path.is_empty()) {
            let folder = path.iter().rposition(|byte| *byte == b'/').map_or(&path[..0], |at| &path[..at]);
            // They come in order: each folder's files one behind the other, mostly.
            if last != Some(folder) {
                folders.insert(std::str::from_utf8(folder).ok()?.to_owned());
                last = Some(folder);
            }
        }
        Some(folders)
    }

    /// Whether git would run a program of the repository's, or the user's, of this name.
    #[must_use]
    pub fn has_hook(&self, name: &str) -> bool {
        let place = self.listed(&["rev-parse", "--git-path", &format!("hooks/{name}")]);
        let place = place.and_then(|place| String::from_utf8(place).ok());
        place.is_none_or(|place| self.root.join(place.trim_end_matches('\n')).exists())
    }
}
