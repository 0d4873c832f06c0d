//! What changed in a notebook, cell by cell: cells look alike, line by line, so that which of them came is told by their names first.

use std::ops::Range;

use super::notebook::tokens;
use crate::diff;
use crate::weave::Splice;

/// The splices that make `after` of `before`: cells come and go as a whole, with the comma that parts them from those before, and what
/// changed within one is told by lines. None where one of them is no notebook.
#[must_use]
pub fn splices(before: &str, after: &str) -> Option<Vec<Splice>> {
    let (old, new) = (Cells::of(before)?, Cells::of(after)?);
    let mut found = Vec::new();
    within(before, after, 0..old.start, 0..new.start, &mut found);
    let (mut i, mut j) = (0, 0);
    for (next_i, next_j) in old.pairs(&new, before, after).into_iter().chain([(old.all.len(), new.all.len())]) {
        let (gone, come) = (old.stretch(i..next_i), new.stretch(j..next_j));
        let (gone, come) = if i == next_i && j == next_j { (0..0, 0..0) } else { (gone, come) };
        // What stands between two that stay.
        let (was, is) = (old.gap(i, next_i, &gone), new.gap(j, next_j, &come));
        within(before, after, was.0, is.0, &mut found);
        cells(before, after, gone, come, &mut found);
        within(before, after, was.1, is.1, &mut found);
        if let (Some(was), Some(is)) = (old.all.get(next_i), new.all.get(next_j)) {
            within(before, after, was.range.clone(), is.range.clone(), &mut found);
        }
        (i, j) = (next_i + 1, next_j + 1);
    }
    within(before, after, old.end..before.len(), new.end..after.len(), &mut found);
    let mut made = before.to_owned();
    for splice in found.iter().rev() {
        made.replace_range(splice.range.clone(), &splice.text);
    }
    (made == after).then_some(found)
}

/// What changed between two parts.
fn within(before: &str, after: &str, was: Range<usize>, is: Range<usize>, found: &mut Vec<Splice>) {
    for splice in diff::splices(&before[was.clone()], &after[is]) {
        let range = splice.range.start + was.start..splice.range.end + was.start;
        match found.last_mut() {
            Some(last) if last.range.end == range.start && !last.neutral => {
                last.range.end = range.end;
                last.text.push_str(&splice.text);
            }
            _ => found.push(Splice { range, ..splice }),
        }
    }
}

/// Cells that came, or went, on lines of their own. The comma that the cell before them has, or lacks, is no one's.
fn cells(before: &str, after: &str, gone: Range<usize>, come: Range<usize>, found: &mut Vec<Splice>) {
    if !gone.is_empty() && !come.is_empty() {
        return within(before, after, gone, come, found);
    }
    let comes = gone.is_empty();
    let mut moved = if comes { &after[come] } else { &before[gone.clone()] };
    let follows = &before[gone.end..];
    let mut start = gone.start;
    // As well as before a break they may stand behind it, where the same follows.
    let to_line = |moved: &str| {
        let at = moved.find('\n').map(|at| at + 1)?;
        (follows.starts_with(&moved[..at]) && moved[..at].trim_matches([',', ' ', '\r', '\n']).is_empty()).then_some(at)
    };
    if to_line(moved).is_none() && moved.starts_with(',') {
        let (range, text) = if comes { (start..start, ",") } else { (start..start + 1, "") };
        found.push(Splice { range, text: text.to_owned(), neutral: true });
        moved = &moved[1..];
        start += usize::from(!comes);
    }
    let by = to_line(moved).unwrap_or(0);
    // Or before the blanks that indent them, where they end with the same.
    let head = &before[before[..start].rfind('\n').map_or(0, |at| at + 1)..start];
    if by == 0 && !head.is_empty() && head.trim().is_empty() && moved.ends_with(head) {
        let text = format!("{head}{}", &moved[..moved.len() - head.len()]);
        let start = start - head.len();
        let range = if comes { start..start } else { start..start + moved.len() };
        return found.push(Splice::new(range, if comes { text } else { String::new() }));
    }
    let (range, text) = if comes {
        (start + by..start + by, format!("{}{}", &moved[by..], &moved[..by]))
    } else {
        (start + by..start + by + moved.len(), String::new())
    };
    if !moved.is_empty() {
        found.push(Splice::new(range, text));
    }
}

struct Cell {
    range: Range<usize>,
    /// As it stands in the text, with its quotes.
    name: Option<Range<usize>>,
}

/// The list of a notebook's cells.
struct Cells {
    /// Behind its opening bracket.
    start: usize,
    /// At its closing bracket.
    end: usize,
    all: Vec<Cell>,
}

impl Cells {
    /// None where there is no such list, or more stands in it than objects.
    fn of(text: &str) -> Option<Self> {
        let tokens = tokens(text)?;
        let word = |at: usize| tokens.get(at).map(|token| &text[token.clone()]);
        let (mut depth, mut at) = (0_usize, 0);
        // The key of the outermost object.
        while !(depth == 1 && word(at)? == "\"cells\"" && word(at + 1)? == ":" && word(at + 2)? == "[") {
            depth = deeper(depth, word(at)?)?;
            at += 1;
        }
        let mut cells = Self { start: tokens[at + 2].end, end: 0, all: Vec::new() };
        (depth, at) = (0, at + 3);
        loop {
            let token = tokens.get(at)?.clone();
            let word = &text[token.clone()];
            match (depth, word) {
                (0, "]") => {
                    cells.end = token.start;
                    return Some(cells);
                }
                (0, "{") => cells.all.push(Cell { range: token.clone(), name: None }),
                (0, ",") => {}
                (0, _) => return None,
                (1, "}") => cells.all.last_mut()?.range.end = token.end,
                (1, "\"id\"") if text.get(tokens.get(at + 1)?.clone()) == Some(":") => {
                    cells.all.last_mut()?.name = tokens.get(at + 2).cloned();
                }
                _ => {}
            }
            depth = deeper(depth, word)?;
            at += 1;
        }
    }

    /// The cells that are the same in both, in order: by name, by content, and those that are as many between two such.
    fn pairs(&self, other: &Self, text: &str, other_text: &str) -> Vec<(usize, usize)> {
        let key =
            |cell: &Cell, text: &str| text[cell.name.clone().unwrap_or_else(|| cell.range.clone())].to_owned() + "\n";
        let lines = |cells: &Self, text: &str| -> Vec<String> {
            cells.all.iter().map(|cell| key(cell, text).replace('\n', " ") + "\n").collect()
        };
        let (mine, its) = (lines(self, text), lines(other, other_text));
        let regions = diff::regions(&mine.concat(), &its.concat());
        // From bytes of the keys to cells.
        let nth = |lines: &[String], byte: usize| {
            let mut at = 0;
            lines
                .iter()
                .take_while(|line| {
                    at += line.len();
                    at <= byte
                })
                .count()
        };
        let (mut pairs, mut i, mut j) = (Vec::new(), 0, 0);
        for (was, is) in regions {
            let (from, to) = (nth(&mine, was.start), nth(&mine, was.end));
            let (new_from, new_to) = (nth(&its, is.start), nth(&its, is.end));
            pairs.extend((i..from).zip(j..new_from));
            let named = |cells: &Self, range: Range<usize>| cells.all[range].iter().any(|cell| cell.name.is_some());
            if to - from == new_to - new_from && !named(self, from..to) && !named(other, new_from..new_to) {
                pairs.extend((from..to).zip(new_from..new_to));
            }
            (i, j) = (to, new_to);
        }
        pairs.extend((i..mine.len()).zip(j..its.len()));
        pairs
    }

    /// Cells, with the comma and the blanks that part them from the one before, or else from the one behind.
    fn stretch(&self, cells: Range<usize>) -> Range<usize> {
        let behind = |at: usize| self.all.get(at).map_or(self.end, |cell| cell.range.start);
        match cells.start.checked_sub(1).map(|at| self.all[at].range.end) {
            Some(before) => before..cells.clone().next_back().map_or(before, |last| self.all[last].range.end),
            None if cells.is_empty() => behind(cells.end)..behind(cells.end),
            None if cells.end == self.all.len() => self.all[0].range.start..self.all[cells.end - 1].range.end,
            None => self.all[0].range.start..behind(cells.end),
        }
    }

    /// What stands between the cell before and the one behind, on both sides of those that come or go there.
    fn gap(&self, from: usize, to: usize, stretch: &Range<usize>) -> (Range<usize>, Range<usize>) {
        let start = from.checked_sub(1).map_or(self.start, |at| self.all[at].range.end);
        let end = self.all.get(to).map_or(self.end, |cell| cell.range.start);
        if stretch.is_empty() && *stretch == (0..0) {
            return (start..start, start..end);
        }
        (start..stretch.start.max(start), stretch.end.max(start)..end)
    }
}

fn deeper(depth: usize, word: &str) -> Option<usize> {
    match word {
        "[" | "{" => Some(depth + 1),
        "]" | "}" => depth.checked_sub(1),
        _ => Some(depth),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notebook(cells: &[&str]) -> String {
        let cells: Vec<String> =
            cells.iter().map(|id| format!("  {{\n   \"id\": \"{id}\",\n   \"x\": []\n  }}")).collect();
        let list = if cells.is_empty() { "[]".to_owned() } else { format!("[\n{}\n ]", cells.join(",\n")) };
        format!("{{\n \"cells\": {list},\n \"nbformat\": 4\n}}\n")
    }

    fn drawn(before: &[&str], after: &[&str]) -> Vec<String> {
        let (before, after) = (notebook(before), notebook(after));
        let found = splices(&before, &after).expect("a notebook");
        let short =
            |text: &str| text.split_whitespace().collect::<String>().replace("\"x\":[]", "").replace("\"id\":", "");
        found
            .iter()
            .map(|splice| format!("{} -> {}", short(&before[splice.range.clone()]), short(&splice.text)))
            .collect()
    }

    #[test]
    fn a_cell_comes_and_goes_as_a_whole_with_one_comma() {
        assert_eq!(drawn(&["a", "b"], &["a", "n", "b"]), [r#" -> {"n",},"#]);
        assert_eq!(drawn(&["a", "b"], &["a", "b", "n"]), [" -> ,", r#" -> {"n",}"#]);
        assert_eq!(drawn(&["a", "b"], &["n", "a", "b"]), [r#" -> {"n",},"#]);
        assert_eq!(drawn(&["a", "b", "c"], &["a", "c"]), [r#"{"b",}, -> "#]);
        assert_eq!(drawn(&["a", "b", "c"], &["b", "c"]), [r#"{"a",}, -> "#]);
        assert_eq!(drawn(&["a", "b", "c"], &["a", "b"]), [", -> ", r#"{"c",} -> "#]);
        assert!(!drawn(&["a"], &[]).is_empty());
        assert!(!drawn(&[], &["a"]).is_empty());
    }

    #[test]
    fn what_has_no_list_of_cells_is_told_otherwise() {
        for text in
            ["", "{}", "[1]", "{\"cells\": 1}", "{\"cells\": [1]}", "{\"cells\": [{}", "{\"a\": {\"cells\": []}}"]
        {
            assert_eq!(splices(text, &notebook(&["a"])), None, "{text}");
        }
    }
}
