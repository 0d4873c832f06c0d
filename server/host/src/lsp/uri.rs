//! File URIs as editors spell them, to paths and back.
//! Two editors escape one file differently (`%5B`, `%5b` or a raw `[`), so documents are keyed by the decoded path.
use std::path::{Path, PathBuf};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};
use tower_lsp::gen_lsp_types::Uri;

/// All but what RFC 3986 lets stand raw in a path: what Neovim leaves raw, and what VS Code and Helix read back.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@')
    .remove(b'/');

/// The absolute path that a `file` URI names, `None` for any other scheme, another host or a path with a NUL.
///
/// Characters that should have been escaped, stray `%` and escapes of bytes that are no UTF-8 are taken as they are.
/// A raw `#` or `?` belongs to the path: a document has no fragment or query.
pub fn to_path(uri: &Uri) -> Option<PathBuf> {
    let escaped = path_part(&uri.0)?;
    let bytes: Vec<u8> = percent_decode_str(escaped).collect();
    if bytes.contains(&0) {
        return None;
    }
    native(bytes)
}

/// The `file` URI of an absolute path, `None` for a relative one.
///
/// To a client that has the document open, answer with the URI that it sent: some compare URIs as strings.
pub fn from_path(path: &Path) -> Option<Uri> {
    if !path.is_absolute() {
        return None;
    }
    Some(Uri(format!("file://{}", percent_encode(&slashed(path)?, ESCAPED))))
}

/// What follows the authority: `/a/b` of `file:///a/b`, `file://localhost/a/b` and `file:/a/b`.
fn path_part(uri: &str) -> Option<&str> {
    let (scheme, rest) = uri.split_once(':')?;
    if !scheme.eq_ignore_ascii_case("file") {
        return None;
    }
    let Some(authority_first) = rest.strip_prefix("//") else {
        return rest.starts_with('/').then_some(rest);
    };
    let slash = authority_first.find('/')?;
    let (host, path) = authority_first.split_at(slash);
    (host.is_empty() || host.eq_ignore_ascii_case("localhost")).then_some(path)
}

#[cfg(unix)]
fn native(bytes: Vec<u8>) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStringExt as _;
    Some(PathBuf::from(std::ffi::OsString::from_vec(bytes)))
}

/// `/c:/a` is the drive's path, with its letter in the one case that Windows shows.
#[cfg(not(unix))]
fn native(bytes: Vec<u8>) -> Option<PathBuf> {
    let text = String::from_utf8(bytes).ok()?;
    match text.as_bytes() {
        [b'/', letter, b':', ..] if letter.is_ascii_alphabetic() => {
            Some(PathBuf::from(format!("{}{}", letter.to_ascii_uppercase() as char, &text[2..])))
        }
        _ => Some(PathBuf::from(text)),
    }
}

#[cfg(unix)]
fn slashed(path: &Path) -> Option<Vec<u8>> {
    use std::os::unix::ffi::OsStrExt as _;
    Some(path.as_os_str().as_bytes().to_vec())
}

#[cfg(not(unix))]
fn slashed(path: &Path) -> Option<Vec<u8>> {
    Some(format!("/{}", path.to_str()?.replace('\\', "/")).into_bytes())
}

#[cfg(all(test, unix))]
mod tests {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt as _;

    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    use super::*;

    fn path(uri: &str) -> String {
        to_path(&Uri::from(uri)).map_or_else(|| "none".to_owned(), |path| format!("{}", path.display()))
    }

    fn check(uris: &[&str], expected: &Expect) {
        expected.assert_eq(&uris.iter().map(|uri| format!("{uri}  ->  {}\n", path(uri))).collect::<String>());
    }

    #[test]
    fn every_editors_spelling_of_one_file_is_one_path() {
        check(
            &[
                "file:///w/[slug]/a%20b.rs",
                "file:///w/%5Bslug%5D/a%20b.rs",
                "file:///w/%5bslug%5d/a%20b.rs",
                "file:///w/[slug]/a b.rs",
                "file:///w/%C3%A9^|/c%23d.rs",
                "file:///w/%C3%A9%5E%7C/c%23d.rs",
                "file:///w/%c3%a9%5e%7c/c%23d.rs",
                "file:///w/é^|/c#d.rs",
            ],
            &expect![[r#"
                file:///w/[slug]/a%20b.rs  ->  /w/[slug]/a b.rs
                file:///w/%5Bslug%5D/a%20b.rs  ->  /w/[slug]/a b.rs
                file:///w/%5bslug%5d/a%20b.rs  ->  /w/[slug]/a b.rs
                file:///w/[slug]/a b.rs  ->  /w/[slug]/a b.rs
                file:///w/%C3%A9^|/c%23d.rs  ->  /w/é^|/c#d.rs
                file:///w/%C3%A9%5E%7C/c%23d.rs  ->  /w/é^|/c#d.rs
                file:///w/%c3%a9%5e%7c/c%23d.rs  ->  /w/é^|/c#d.rs
                file:///w/é^|/c#d.rs  ->  /w/é^|/c#d.rs
            "#]],
        );
    }

    #[test]
    fn odd_but_meant_paths_are_taken_as_they_are() {
        check(
            &[
                "file:///w/100%.md",
                "file:///w/50%zz",
                "file:///w/{a}?b",
                "file:///w/a%2Fb",
                "FILE:///w/a",
                "file:/w/a",
                "file://localhost/w/a",
                "file://LOCALHOST/w/a",
                "file:///c:/w/a.rs",
                "file:///c%3A/w/a.rs",
                "file:///",
            ],
            &expect![[r#"
                file:///w/100%.md  ->  /w/100%.md
                file:///w/50%zz  ->  /w/50%zz
                file:///w/{a}?b  ->  /w/{a}?b
                file:///w/a%2Fb  ->  /w/a/b
                FILE:///w/a  ->  /w/a
                file:/w/a  ->  /w/a
                file://localhost/w/a  ->  /w/a
                file://LOCALHOST/w/a  ->  /w/a
                file:///c:/w/a.rs  ->  /c:/w/a.rs
                file:///c%3A/w/a.rs  ->  /c:/w/a.rs
                file:///  ->  /
            "#]],
        );
    }

    #[test]
    fn what_is_no_local_file_has_no_path() {
        check(
            &[
                "untitled:Untitled-1",
                "git:/w/a.rs?%7B%7D",
                "vscode-notebook-cell:/w/a.ipynb#W0",
                "http://localhost/w/a",
                "file://server/share/a",
                "file:w/a",
                "file://",
                "file://localhost",
                "file:///w/%00",
                "/w/a",
                "",
            ],
            &expect![[r#"
                untitled:Untitled-1  ->  none
                git:/w/a.rs?%7B%7D  ->  none
                vscode-notebook-cell:/w/a.ipynb#W0  ->  none
                http://localhost/w/a  ->  none
                file://server/share/a  ->  none
                file:w/a  ->  none
                file://  ->  none
                file://localhost  ->  none
                file:///w/%00  ->  none
                /w/a  ->  none
                  ->  none
            "#]],
        );
    }

    #[test]
    fn a_path_is_escaped_as_the_rfc_has_it() {
        let uri = |path: &str| from_path(Path::new(path)).map_or_else(|| "none".to_owned(), |uri| uri.0);
        expect![[r#"
            file:///w/%5Bslug%5D/a%20b.rs
            file:///w/%C3%A9%5E%7C/c%23d%3F%25.rs
            none"#]]
        .assert_eq(&[uri("/w/[slug]/a b.rs"), uri("/w/é^|/c#d?%.rs"), uri("w/a")].join("\n"));
    }

    proptest! {
        #[test]
        fn any_path_comes_back_from_its_uri(tail in proptest::collection::vec(1u8..=255, 0..40)) {
            let path = PathBuf::from(OsString::from_vec([b"/".as_slice(), &tail].concat()));
            let uri = from_path(&path).expect("it is absolute");
            prop_assert!(uri.0.is_ascii());
            prop_assert_eq!(to_path(&uri), Some(path));
        }

        #[test]
        fn any_text_is_a_path_or_none(text in "(file:)?/{0,3}(localhost)?[/%a-fA-F0-9é\u{0}\\PC]{0,20}") {
            if let Some(path) = to_path(&Uri(text)) {
                prop_assert!(path.is_absolute());
            }
        }
    }
}
