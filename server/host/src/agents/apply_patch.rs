//! The text of an `apply_patch` call, which several agents share: files added, deleted, changed and moved, by runs of lines without
//! numbers.

use anyhow::{Result, bail};
use countersign_core::announce::{Chunk, Delta, Write};

const BEGIN: &str = "*** Begin Patch";
const ADD: &str = "*** Add File: ";
const DELETE: &str = "*** Delete File: ";
const UPDATE: &str = "*** Update File: ";
const MOVE: &str = "*** Move to: ";
const END_OF_FILE: &str = "*** End of File";

/// Whether a text is a patch, or holds one, as a command line with a here-document does.
pub(super) fn is_patch(text: &str) -> bool {
    text.lines().any(|line| line.trim() == BEGIN)
}

/// The patch of a command line that does nothing but apply it, its paths from where the command was started. A command that does anything
/// besides is none: a second one, or one that a shell would start within the patch.
pub(super) fn of_command(command: &str) -> Option<String> {
    let (first, rest) = command.trim().split_once('\n')?;
    let (folder, first) = match first.trim().strip_prefix("cd ") {
        Some(moves) => moves.split_once("&&").map(|(folder, first)| (folder.trim(), first.trim()))?,
        None => ("", first.trim()),
    };
    let word = first
        .strip_prefix("apply_patch")
        .or_else(|| first.strip_prefix("applypatch"))?
        .trim()
        .strip_prefix("<<")?
        .trim();
    let bare = word.trim_matches(['\'', '"']);
    let is_plain = |text: &str, more: &str| text.chars().all(|c| c.is_alphanumeric() || more.contains(c));
    let runs_nothing = bare != word || !rest.contains(['$', '`']);
    if bare.is_empty() || !is_plain(bare, "_") || !is_plain(folder, "_-./") || !runs_nothing {
        return None;
    }
    let mut lines = rest.lines();
    let patch: Vec<String> = lines.by_ref().take_while(|line| *line != bare).map(|line| below(folder, line)).collect();
    let ends_with_it = lines.next().is_none() && rest.lines().next_back() == Some(bare);
    ends_with_it.then(|| patch.join("\n"))
}

/// A line of a patch as it would be above this folder.
fn below(folder: &str, line: &str) -> String {
    let head = [ADD, DELETE, UPDATE, MOVE].into_iter().find(|head| line.starts_with(head));
    match head.filter(|_| !folder.is_empty()) {
        Some(head) => format!("{head}{}/{}", folder.trim_end_matches('/'), &line[head.len()..]),
        None => line.to_owned(),
    }
}

/// The writes of a patch. A file that is changed and moved is two: it moves, and is changed where it went.
///
/// # Errors
/// If it has no file, or a line that no patch has.
pub(super) fn writes(patch: &str) -> Result<Vec<Write>> {
    let mut lines = patch.lines().skip_while(|line| line.trim() != BEGIN).skip(1).peekable();
    let mut writes = Vec::new();
    while let Some(line) = lines.next_if(|line| line.trim() != "*** End Patch") {
        if let Some(path) = line.strip_prefix(ADD) {
            let added = std::iter::from_fn(|| lines.next_if(|line| !line.starts_with("*** ")));
            let text: String = added.map(|line| format!("{}\n", line.strip_prefix('+').unwrap_or(line))).collect();
            writes.push(Write::new(path.trim(), Delta::Whole(text)));
        } else if let Some(path) = line.strip_prefix(DELETE) {
            writes.push(Write::new(path.trim(), Delta::Deleted));
        } else if let Some(path) = line.strip_prefix(UPDATE) {
            let to = lines.next_if(|line| line.starts_with(MOVE)).map(|line| line[MOVE.len()..].trim());
            let starts_a_file =
                |line: &str| [ADD, DELETE, UPDATE, "*** End Patch"].iter().any(|head| line.starts_with(head));
            let body = std::iter::from_fn(|| lines.next_if(|line| !starts_a_file(line))).collect::<Vec<_>>();
            let chunks = chunks(&body)?;
            writes.extend(to.map(|to| Write::new(path.trim(), Delta::Moved { to: to.to_owned() })));
            if to.is_none() || !chunks.is_empty() {
                writes.push(Write::new(to.unwrap_or(path.trim()), Delta::Chunks(chunks)));
            }
        } else if !line.trim().is_empty() {
            bail!("the patch has a line that is none of a patch's");
        }
    }
    if writes.is_empty() {
        bail!("the patch names no file");
    }
    Ok(writes)
}

/// The runs of one file. Headings may stand one after another; the first run may stand without one.
fn chunks(body: &[&str]) -> Result<Vec<Chunk>> {
    let mut chunks: Vec<Chunk> = Vec::new();
    let mut current: Option<Chunk> = None;
    let fresh = || Chunk { headings: Vec::new(), old: String::new(), new: String::new(), at_end: false };
    for line in body {
        if let Some(heading) = line.strip_prefix("@@") {
            if current.as_ref().is_some_and(|chunk| !chunk.old.is_empty() || !chunk.new.is_empty()) {
                chunks.extend(current.take());
            }
            let heading = heading.strip_prefix(' ').unwrap_or(heading);
            let chunk = current.get_or_insert_with(fresh);
            if !heading.trim().is_empty() {
                chunk.headings.push(heading.to_owned());
            }
            continue;
        }
        let chunk = current.get_or_insert_with(fresh);
        if *line == END_OF_FILE {
            chunk.at_end = true;
            continue;
        }
        // Of a blank line of context, the blank in front may have been trimmed.
        let (sign, text) = match line.chars().next() {
            Some(sign @ (' ' | '+' | '-')) => (sign, &line[1..]),
            None => (' ', ""),
            Some(_) => bail!("a changed file of the patch has a line without a sign"),
        };
        if sign != '+' {
            chunk.old += &format!("{text}\n");
        }
        if sign != '-' {
            chunk.new += &format!("{text}\n");
        }
    }
    chunks.extend(current);
    chunks.retain(|chunk| !chunk.old.is_empty() || !chunk.new.is_empty());
    Ok(chunks)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    fn shown(patch: &str) -> String {
        match writes(patch) {
            Ok(writes) => writes.iter().map(|write| format!("{}: {:?}\n", write.path, write.delta)).collect(),
            Err(error) => format!("{error:#}\n"),
        }
    }

    #[test]
    fn every_kind_of_file_and_run_is_heard() {
        let patch = "*** Begin Patch\n*** Add File: src/new.rs\n+fn a() {\n+\n+}\n*** Delete File: old file.rs\n*** Update File: a.rs\n*** Move to: b.rs\n@@ impl A\n@@ fn a\n-1\n+2\n\n@@\n x\n+y\n*** End of File\n*** Update File: c.rs\n-1\n+2\n*** End Patch\n";
        expect![[r#"
            src/new.rs: Whole("fn a() {\n\n}\n")
            old file.rs: Deleted
            a.rs: Moved { to: "b.rs" }
            b.rs: Chunks([Chunk { headings: ["impl A", "fn a"], old: "1\n\n", new: "2\n\n", at_end: false }, Chunk { headings: [], old: "x\n", new: "x\ny\n", at_end: true }])
            c.rs: Chunks([Chunk { headings: [], old: "1\n", new: "2\n", at_end: false }])
        "#]]
        .assert_eq(&shown(patch));
        let crlf = patch.replace('\n', "\r\n");
        assert_eq!(shown(&crlf), shown(patch), "the patch's own line ends say nothing");
        let command = format!("apply_patch <<'EOF'\n{patch}EOF\n");
        assert_eq!(shown(&command), shown(patch));
    }

    #[test]
    fn a_file_that_only_moves_is_one_write() {
        let patch = "*** Begin Patch\n*** Update File: a.rs\n*** Move to: b.rs\n*** End Patch";
        assert_eq!(shown(patch), "a.rs: Moved { to: \"b.rs\" }\n");
    }

    #[test]
    fn a_command_that_only_applies_a_patch_is_told_from_one_that_does_more() {
        let patch = "*** Begin Patch\n*** Delete File: a\n*** End Patch\n";
        let of = |command: &str| of_command(command).map(|patch| shown(&patch));
        assert_eq!(of(&format!("apply_patch <<'EOF'\n{patch}EOF\n")).as_deref(), Some("a: Deleted\n"));
        assert_eq!(of(&format!("cd ./src && apply_patch << EOF\n{patch}EOF")).as_deref(), Some("./src/a: Deleted\n"));
        for command in [
            format!("apply_patch <<'EOF'\n{patch}EOF\nrm -rf b"),
            format!("rm -rf b; apply_patch <<'EOF'\n{patch}EOF"),
            format!("cd $(rm -rf b) && apply_patch <<'EOF'\n{patch}EOF"),
            format!("cd a; rm b && apply_patch <<'EOF'\n{patch}EOF"),
            format!("apply_patch <<'EOF' | sh\n{patch}EOF"),
            format!("apply_patch <<'EOF'\n{patch}"),
            format!("apply_patch <<EOF\n{patch}$(rm -rf b)\nEOF"),
            "apply_patch".to_owned(),
        ] {
            assert_eq!(of(&command), None, "{command}");
        }
    }

    #[test]
    fn what_is_no_patch_is_said() {
        let mut said = String::new();
        for patch in [
            "",
            "*** Begin Patch\n*** End Patch",
            "*** Begin Patch\nrubbish\n*** End Patch",
            "*** Begin Patch\n*** Update File: a\n?what\n*** End Patch",
        ] {
            said += &shown(patch);
        }
        expect![[r#"
            the patch names no file
            the patch names no file
            the patch has a line that is none of a patch's
            a changed file of the patch has a line without a sign
        "#]]
        .assert_eq(&said);
        assert!(!is_patch("say *** Begin Patch") && is_patch("x\n *** Begin Patch \r\n"));
    }
}
