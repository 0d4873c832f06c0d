//! Text that nobody writes by hand ends within its budget, with fewer findings.

use super::*;

fn judged(path: &str, after: &str) -> bool {
    let mut budget = Budget::steps(100_000);
    let change = Change { path, before: "", after, added: &[0..after.len()], removed: &[] };
    rules::judge(&change, &settings(), &mut budget);
    let back = Change { path, before: after, after: "", added: &[], removed: &[0..after.len()] };
    rules::judge(&back, &settings(), &mut Budget::steps(100_000));
    budget.is_spent()
}

#[test]
fn ten_thousand_brackets_do_no_harm() {
    for path in ["a.rs", "a.py", "a.js", "a.ts", "a.tsx"] {
        for text in ["(", "[", "{", ")", "if x {", "eval(", "[todo!(", "fn f() {", "/*", "`${", "<a>"] {
            judged(path, &text.repeat(10_000));
            judged(path, &format!("{}{}", text.repeat(10_000), ")".repeat(10_000)));
        }
    }
}

#[test]
fn five_megabytes_on_one_line_end_within_the_budget() {
    let line = "eval(x + 1); ".repeat(400_000);
    assert!(judged("a.js", &line), "the budget is smaller than such a file");
    judged("a.rs", &"a".repeat(5_000_000));
    judged("a.py", &"\u{1F600}".repeat(1_000_000));
    judged("a.txt", &"://".repeat(1_000_000));
}

#[test]
fn a_caller_that_says_stop_is_obeyed() {
    let text = "fn f() { todo!() }\n".repeat(10_000);
    let mut asked = 0;
    let mut go_on = || {
        asked += 1;
        asked < 10
    };
    let change = Change { path: "a.rs", before: "", after: &text, added: &[0..text.len()], removed: &[] };
    assert_eq!(rules::judge(&change, &settings(), &mut Budget::asking(&mut go_on)), []);
    assert_eq!(asked, 10);
}

#[test]
fn ranges_out_of_bounds_and_inside_characters_are_taken_as_they_are() {
    let (before, after) = ("// ä\n", "// äö\ntodo!();\n");
    let ranges = [0..1, 4..5, 3..2, 6..9000, 9000..9001];
    for added in &ranges {
        for removed in &ranges {
            let (added, removed) = ([added.clone(), 4..5], [removed.clone()]);
            let change = Change { path: "a.rs", before, after, added: &added, removed: &removed };
            rules::judge(&change, &settings(), &mut Budget::default());
        }
    }
}
