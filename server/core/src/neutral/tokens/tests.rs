//! What is formatting, and what only looks like it: each case the text before, the text after, and what of it is neutral.

use expect_test::{Expect, expect};

use crate::syntax::Language::{self, JavaScript, Python, Rust, TypeScript};

/// Neutral splices stand in `~`, others in `!`.
fn check(language: Language, before: &str, after: &str, expected: &Expect) {
    let Some(found) = super::splices(language, before, after) else {
        return expected.assert_eq("no formatting");
    };
    let mut made = before.to_owned();
    for splice in found.iter().rev() {
        made.replace_range(splice.range.clone(), &splice.text);
    }
    assert_eq!(made, after);
    let line = |splice: &crate::weave::Splice| {
        let mark = if splice.neutral { '~' } else { '!' };
        format!("{mark} {:?} -> {:?}\n", &before[splice.range.clone()], splice.text)
    };
    expected.assert_eq(&found.iter().map(line).collect::<String>());
}

#[test]
fn a_call_that_is_broken_over_lines_keeps_its_tokens() {
    check(
        Rust,
        "fn f() {\n    call(alpha, beta);\n}\n",
        "fn f() {\n    call(\n        alpha,\n        beta,\n    );\n}\n",
        &expect![[r#"
        ~ "" -> "\n        "
        ~ "" -> "\n       "
        ~ "" -> ",\n    "
    "#]],
    );
    check(
        Rust,
        "fn f() {\n    call(\n        alpha,\n        beta,\n    );\n}\n",
        "fn f() {\n    call(alpha, beta);\n}\n",
        &expect![[r#"
        ~ "\n        " -> ""
        ~ "\n       " -> ""
        ~ ",\n    " -> ""
    "#]],
    );
}

#[test]
fn blocks_that_are_indented_anew_are_formatted() {
    check(
        Python,
        "def f():\n  if a:\n    b()\n",
        "def f():\n    if a:\n        b()\n",
        &expect![[r#"
        ~ "" -> "  "
        ~ "" -> "    "
    "#]],
    );
    check(
        TypeScript,
        "function f() {\n  a()\n}\n",
        "function f() {\n\ta();\n}\n",
        &expect![[r#"
        ~ "  " -> "\t"
        ~ "" -> ";"
    "#]],
    );
}

#[test]
fn quotes_are_form_where_nothing_in_them_hangs_on_it() {
    check(
        JavaScript,
        "f('a', 'b\"')\n",
        "f(\"a\", 'b\"')\n",
        &expect![[r#"
        ~ "'" -> "\""
        ~ "'" -> "\""
    "#]],
    );
    check(
        Python,
        "f('it')\n",
        "f(\"it\")\n",
        &expect![[r#"
        ~ "'" -> "\""
        ~ "'" -> "\""
    "#]],
    );
    check(Python, "f('say \"x\"')\n", "f(\"say 'x'\")\n", &expect!["no formatting"]);
}

#[test]
fn a_statement_that_leaves_its_block_is_a_change() {
    check(Python, "if a:\n    b()\n    c()\n", "if a:\n    b()\nc()\n", &expect!["no formatting"]);
    check(Rust, "fn f() { if a { b(); c(); } }\n", "fn f() { if a { b(); } c(); }\n", &expect!["no formatting"]);
}

#[test]
fn a_sign_that_changes_the_meaning_is_a_change() {
    check(Rust, "fn f() -> u8 {\n    g()\n}\n", "fn f() -> u8 {\n    g();\n}\n", &expect!["no formatting"]);
    check(Python, "a = (b)\n", "a = (b,)\n", &expect!["no formatting"]);
}

#[test]
fn a_real_change_in_the_same_text_stays_one() {
    check(
        Rust,
        "fn f() {\n  a();\n}\n\nfn g() {}\n",
        "fn f() {\n    a();\n}\n\nfn g(x: u8) {}\n",
        &expect![[r#"
            ~ "" -> "  "
            ! "" -> "x: u8"
        "#]],
    );
}

#[test]
fn a_comment_is_indented_anew_and_not_written_anew() {
    check(
        Rust,
        "fn f() {\n  /* one\n   * two */\n  a();\n}\n",
        "fn f() {\n    /* one\n     * two */\n    a();\n}\n",
        &expect![[r#"
        ~ "" -> "  "
        ~ "" -> "  "
        ~ "" -> "  "
    "#]],
    );
    check(Rust, "// one two\nfn f() {}\n", "// one\n// two\nfn f() {}\n", &expect!["no formatting"]);
}

#[test]
fn blanks_in_a_string_are_text() {
    check(Python, "a = \"x  y\"\n", "a = \"x y\"\n", &expect!["no formatting"]);
    check(JavaScript, "a = `\n  x`\n", "a = `\n    x`\n", &expect!["no formatting"]);
}

#[test]
fn a_text_that_does_not_parse_is_not_formatted() {
    check(Rust, "fn f( {\n  a();\n}\n", "fn f( {\n    a();\n}\n", &expect!["no formatting"]);
}
