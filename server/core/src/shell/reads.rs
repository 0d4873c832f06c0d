//! Commands of which it is certain that they change no file: around them nothing has to be looked at.

use super::word::Word;

/// Whether a command of this name only prints, whatever it is given beside what is looked at here.
pub(super) fn only_prints(name: &str, arguments: &[Word]) -> bool {
    let words: Vec<String> = arguments.iter().map(Word::shown).collect();
    let has = |starts: &[&str]| words.iter().any(|word| starts.iter().any(|start| word.starts_with(start)));
    match name {
        "git" => git_only_prints(&words),
        "sed" | "gsed" => {
            let in_place = |word: &String| word.starts_with('-') && word.contains('i');
            !has(&["-f", "--file"]) && !words.iter().any(in_place) && arguments.iter().all(Word::is_known)
        }
        // A second file is written.
        "uniq" => words.iter().filter(|word| !word.starts_with('-')).count() < 2,
        "awk" | "gawk" => {
            let runs = |word: &String| word.contains(['>', '|']) || word.contains("system") || word.contains("getline");
            !has(&["-f", "-i", "--file", "--include"]) && !words.iter().any(runs)
        }
        "rg" => !has(&["--pre"]),
        "bat" | "less" | "more" => !has(&["-o", "-O", "--pager", "+"]),
        _ => PRINT.contains(&name),
    }
}

/// Commands that run what they are given, which is looked at in its own right.
pub(super) fn only_runs(name: &str) -> bool {
    const RUN: &[&str] = &[
        "env", "command", "builtin", "time", "timeout", "nice", "nohup", "stdbuf", "xargs", "find", "bash", "sh",
        "eval",
    ];
    RUN.contains(&name)
}

fn git_only_prints(words: &[String]) -> bool {
    let mut rest = words.iter();
    let verb = loop {
        match rest.next().map(String::as_str) {
            Some("-C" | "-c" | "--git-dir" | "--work-tree") => drop(rest.next()),
            Some(option) if option.starts_with('-') => {}
            other => break other,
        }
    };
    let rest: Vec<&str> = rest.map(String::as_str).collect();
    let has = |wanted: &[&str]| rest.iter().any(|word| wanted.contains(word));
    if rest.iter().any(|word| {
        word.starts_with("--output")
            || word.starts_with("--ext")
            || word.starts_with("-O")
            || word.starts_with("--open")
    }) {
        return false;
    }
    let lists = rest.iter().all(|word| word.starts_with('-'))
        && !has(&["-d", "-D", "-m", "-M", "--delete", "-f", "--edit-description"]);
    match verb {
        Some("branch" | "tag" | "remote") => lists,
        Some("stash" | "worktree") => matches!(rest.first(), Some(&("list" | "show"))),
        Some("config") => has(&["--get", "--get-all", "--get-regexp", "--list", "-l"]),
        Some("reflog") => rest.first().is_none_or(|word| *word == "show"),
        Some(verb) => GIT.contains(&verb),
        None => false,
    }
}

const GIT: &[&str] = &[
    "status",
    "log",
    "diff",
    "show",
    "blame",
    "annotate",
    "rev-parse",
    "rev-list",
    "ls-files",
    "ls-tree",
    "cat-file",
    "grep",
    "describe",
    "shortlog",
    "name-rev",
    "merge-base",
    "for-each-ref",
    "count-objects",
    "check-ignore",
    "show-ref",
    "version",
    "whatchanged",
    "range-diff",
    "cherry",
    "var",
];

const PRINT: &[&str] = &[
    ":",
    "[",
    "alias",
    "basename",
    "break",
    "cat",
    "cd",
    "cksum",
    "cmp",
    "column",
    "comm",
    "continue",
    "cut",
    "declare",
    "df",
    "diff",
    "dirname",
    "du",
    "echo",
    "egrep",
    "exit",
    "export",
    "expr",
    "false",
    "fgrep",
    "file",
    "fold",
    "free",
    "grep",
    "head",
    "hexdump",
    "hostname",
    "id",
    "join",
    "jq",
    "local",
    "ls",
    "lsof",
    "md5sum",
    "nl",
    "nproc",
    "od",
    "paste",
    "popd",
    "printf",
    "ps",
    "pushd",
    "pwd",
    "read",
    "readlink",
    "realpath",
    "return",
    "rev",
    "seq",
    "set",
    "sha1sum",
    "sha256sum",
    "shift",
    "sleep",
    "sort",
    "stat",
    "strings",
    "tac",
    "tail",
    "test",
    "tr",
    "true",
    "type",
    "uname",
    "uniq",
    "unset",
    "uptime",
    "wait",
    "wc",
    "whereis",
    "which",
    "who",
    "whoami",
];
