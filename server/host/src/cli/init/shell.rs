//! A program's path as a word of a shell's command line, and back.

use std::path::Path;

/// The path as one word for `sh`: as it is where that is plain, else in single quotes.
pub(super) fn quote(path: &Path) -> String {
    let text = path.to_string_lossy();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@%:,=".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        text.into_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// The word that [`quote`] made this of; none where it did not.
pub(super) fn unquote(word: &str) -> Option<String> {
    let text = match word.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        Some(inner) => inner.replace(r"'\''", "'"),
        None => word.to_owned(),
    };
    (quote(Path::new(&text)) == word).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_comes_back_from_its_quotes() {
        for path in ["/usr/bin/countersign", "/a b/it's \"x\" $HOME `y` \\ 🎉/countersign", "''"] {
            assert_eq!(unquote(&quote(Path::new(path))).as_deref(), Some(path));
            let printed = std::process::Command::new("sh")
                .args(["-c", &format!("printf %s {}", quote(Path::new(path)))])
                .output()
                .unwrap();
            assert_eq!(String::from_utf8(printed.stdout).unwrap(), path, "as the shell reads it");
        }
        for word in ["a b", "'a", "\"a b\"", "'a' 'b'", "'plain'", ""] {
            assert_eq!(unquote(word), None, "{word}");
        }
    }
}
