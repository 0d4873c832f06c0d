//! However an editor cuts the range of a change, the same is known of who wrote what.

use countersign_core::diff::settle;
use countersign_core::document::{Act as By, Document};
use countersign_core::edit::Lineage;
use countersign_core::weave::Splice;
use proptest::prelude::*;
use proptest::sample::Index;
use ropey::Rope;

use crate::weave::history::{Act, History, history};
use crate::weave::oracle::Lineage::Editor;
use crate::weave::oracle::normal::{Normal, normal};
use crate::weave::pair::{Pair, cases, deed_of};

/// How the same change is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cut {
    /// As it happened.
    Sent,
    /// Without what the old and the new text share, as characters.
    Least,
    /// The whole lines that it lies in.
    Lines,
    /// The whole text.
    All,
    /// With so much before and behind it that did not change.
    Wider(usize, usize),
}

/// The change, cut another way: in bytes of the text.
fn cut(text: &str, splice: &Splice, how: Cut) -> Splice {
    let mut after = text.to_owned();
    after.replace_range(splice.range.clone(), &splice.text);
    let starts = |text: &str, mut at: usize| {
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let grown = |start: usize, end: usize| {
        let behind = text.len() - end;
        Splice::new(start..end, &after[start..after.len() - behind])
    };
    match how {
        Cut::Sent => splice.clone(),
        Cut::All => Splice::new(0..text.len(), after),
        Cut::Least => {
            let (old, new) = (&text[splice.range.clone()], splice.text.as_str());
            let same = old.chars().zip(new.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8());
            let head: usize = same.sum();
            let ends = old[head..].chars().rev().zip(new[head..].chars().rev());
            let tail: usize = ends.take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
            Splice::new(splice.range.start + head..splice.range.end - tail, &new[head..new.len() - tail])
        }
        Cut::Lines => {
            let start = text[..splice.range.start].rfind('\n').map_or(0, |at| at + 1);
            let end = text[splice.range.end..].find('\n').map_or(text.len(), |at| splice.range.end + at + 1);
            grown(start, end)
        }
        Cut::Wider(before, behind) => {
            let start = starts(text, splice.range.start.saturating_sub(before));
            grown(start, starts(text, (splice.range.end + behind).min(text.len())).max(splice.range.end))
        }
    }
}

fn splice_of(text: &str, act: &Act) -> Option<Splice> {
    let Act::Splice { at, delete, insert, .. } = act else { return None };
    let byte = |at: usize| text.char_indices().nth(at).map_or(text.len(), |(byte, _)| byte);
    Some(Splice::new(byte(*at)..byte(at + delete), insert))
}

/// What the editor's history comes to when its changes are cut that way; who acts in a buffer is told by the act.
fn typed(history: &History, how: Cut, is_plain: &mut bool) -> Document {
    let mut pair = Pair::new(&history.base);
    let mut document = Document::new(Rope::from_str(&history.base), 1);
    document.opened(Rope::from_str(&history.base), &By::user(0));
    for step in &history.steps {
        for act in step.acts(&pair.oracle) {
            let before = pair.text(Editor);
            pair.act(&act);
            *is_plain &= !is_ambiguous(&before, &pair.text(Editor));
            match (&act, splice_of(&before, &act)) {
                (Act::Splice { lineage: Editor, author, .. }, Some(splice)) => {
                    let author = deed_of(*author);
                    document.typed(&[cut(&before, &splice, how)], &author);
                    assert_eq!(document.text(Lineage::Editor).to_string(), pair.text(Editor));
                }
                _ => {
                    let text = pair.text(Editor);
                    document.observe(Lineage::Editor, text.as_str().into(), &By::user(0));
                }
            }
        }
    }
    document
}

fn drawn(text: &str, found: &[Splice]) -> String {
    found.iter().map(|s| format!("{}: {:?} -> {:?}\n", s.range.start, &text[s.range.clone()], s.text)).collect()
}

/// Whether the text that comes, or goes, could as well stand elsewhere: only the range as it was sent says where it does.
fn is_ambiguous(before: &str, after: &str) -> bool {
    let (short, long) = if before.len() < after.len() { (before, after) } else { (after, before) };
    let length = long.len() - short.len();
    let same =
        |at: &usize| long.get(..*at).zip(long.get(at + length..)).is_some_and(|(a, b)| a.to_owned() + b == short);
    let cuts =
        |text: &str, at: usize| at > 0 && text.as_bytes()[at - 1] == b'\r' && text.as_bytes().get(at) == Some(&b'\n');
    let whole = |at: &usize| !cuts(short, *at) && !cuts(long, *at) && !cuts(long, at + length);
    let places: Vec<usize> = (0..=short.len()).filter(same).filter(whole).collect();
    let at_lines = places.iter().filter(|at| **at == 0 || matches!(short.as_bytes()[**at - 1], b'\n' | b'\r')).count();
    places.len() > 1 && at_lines != 1
}

fn splice() -> impl Strategy<Value = (String, Splice)> {
    let text = "[ab}\\n\\r é🦀]{0,12}|(a\\n|b\\r\\n|foo bar\\n|  \\}\\n|\\}\\n|\\n){0,8}";
    (text, any::<Index>(), any::<Index>(), "[ab}\\n\\r é]{0,5}|foo\\n|\\}\\n").prop_map(|(text, from, to, insert)| {
        let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let (from, to) = (*from.get(&ends), *to.get(&ends));
        let splice = Splice::new(from.min(to)..from.max(to), insert);
        (text, splice)
    })
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_change_settles_to_the_same_however_it_is_cut((text, splice) in splice(), before in 0..9_usize, behind in 0..9_usize) {
        let rope = Rope::from_str(&text);
        let settled = settle(&rope, &splice);
        let mut after = text.clone();
        after.replace_range(splice.range.clone(), &splice.text);
        let mut made = text.clone();
        for one in settled.iter().rev() {
            made.replace_range(one.range.clone(), &one.text);
        }
        prop_assert_eq!(&made, &after);
        prop_assert!(settled.windows(2).all(|pair| pair[0].range.end < pair[1].range.start), "apart");
        for how in [Cut::Least, Cut::Lines, Cut::All, Cut::Wider(before, behind)] {
            let sent = cut(&text, &splice, how);
            let other = settle(&rope, &sent);
            if !is_ambiguous(&text, &after) {
                prop_assert_eq!(drawn(&text, &other), drawn(&text, &settled), "{:?} {:?}", how, sent);
            }
        }
    }

    #[test]
    fn who_wrote_what_does_not_hang_on_how_ranges_are_cut(history in history(), before in 0..9_usize, behind in 0..9_usize) {
        let mut is_plain = true;
        let sent = typed(&history, Cut::Sent, &mut is_plain);
        for how in [Cut::Least, Cut::Lines, Cut::All, Cut::Wider(before, behind)] {
            let other = typed(&history, how, &mut is_plain);
            if is_plain {
                prop_assert_eq!(other.weave().describe(), sent.weave().describe(), "{:?}", how);
            }
        }
    }

    /// The oracle's normal form was written apart. Where a change only adds, or only takes away, there is one answer.
    #[test]
    fn two_who_settle_by_themselves_agree((text, splice) in splice()) {
        let (at, delete) = (text[..splice.range.start].chars().count(), text[splice.range.clone()].chars().count());
        let settled = settle(&Rope::from_str(&text), &splice);
        let mut after = text.clone();
        after.replace_range(splice.range.clone(), &splice.text);
        match (normal(&text, at, delete, &splice.text), settled.as_slice()) {
            (None, []) => {}
            (Some(Normal { delete, insert, .. }), [_])
                if (delete == 0 || insert.is_empty()) && is_ambiguous(&text, &after) => {}
            (Some(Normal { at, delete, insert }), [one]) if delete == 0 || insert.is_empty() => {
                let insert: String = insert.iter().flat_map(|ch| ch.as_chars()).collect();
                let start = text[..one.range.start].chars().count();
                let gone = text[one.range.clone()].chars().count();
                prop_assert_eq!((start, gone, &one.text), (at, delete, &insert));
            }
            (Some(Normal { delete, insert, .. }), several) => {
                prop_assert!(delete > 0 && !insert.is_empty() && !several.is_empty(), "{:?}", several);
            }
            (None, several) => prop_assert!(false, "nothing changes: {:?}", several),
        }
    }
}
