//! How the two meet in one another's lines. What the user types has a word in it that stands nowhere else, so that it is known again.

use super::case::Drawing;
use super::model::{Line, Who};
use super::random::Random;

/// The user does something in the agent's lines, or the agent in the user's. False where there are none to meet in.
pub(super) fn meet(drawing: &mut Drawing, hunks_left: bool, random: &mut Random) -> bool {
    let lines = drawing.model.lines();
    match random.below(6) {
        0 | 1 => types_in_a_line(drawing, &lines, random),
        2 => types_between_lines(drawing, &lines, random),
        3 => deletes_a_part(drawing, &lines, random),
        4 => deletes_a_line(drawing, &lines, random),
        _ => rewrites(drawing, &lines, hunks_left, random),
    }
}

/// A line of one author's whose text stands in the file once: it can't be taken for another.
fn some_line(lines: &[Line], by: Who, random: &mut Random) -> Option<usize> {
    let is_one = |at: &usize| {
        let line = &lines[*at];
        line.by == Some(by) && line.text.trim().len() > 3 && is_only(lines, *at)
    };
    let ours: Vec<usize> = (0..lines.len()).filter(is_one).collect();
    (!ours.is_empty()).then(|| ours[random.below(ours.len())])
}

fn is_only(lines: &[Line], at: usize) -> bool {
    lines.iter().filter(|line| line.text.trim() == lines[at].text.trim()).count() == 1
}

fn word(drawing: &Drawing) -> String {
    format!("mine{}", drawing.steps.len())
}

fn types_in_a_line(drawing: &mut Drawing, lines: &[Line], random: &mut Random) -> bool {
    let Some(at) = some_line(lines, Who::Agent, random) else { return false };
    let (line, text) = (&lines[at], lines[at].text.trim_end());
    let begin = text.len() - text.trim_start().len();
    let places: Vec<usize> =
        text.char_indices().map(|(at, _)| at).filter(|at| *at > begin).chain([text.len()]).collect();
    let place = if random.below(2) == 0 { text.len() } else { places[random.below(places.len())] };
    let typed = if place == text.len() { format!(" {}", word(drawing)) } else { word(drawing) };
    drawing.step(false, line.range.start + place..line.range.start + place, typed);
    true
}

fn types_between_lines(drawing: &mut Drawing, lines: &[Line], random: &mut Random) -> bool {
    let is_between =
        |at: &usize| *at > 0 && (at - 1..=*at).all(|at| lines[at].by == Some(Who::Agent) && is_only(lines, at));
    let places: Vec<usize> = (0..lines.len()).filter(is_between).collect();
    if places.is_empty() {
        return false;
    }
    let line = &lines[places[random.below(places.len())]];
    let indent: String = line.text.chars().take_while(|char| matches!(char, ' ' | '\t')).collect();
    let typed = format!("{indent}{}();\n", word(drawing));
    drawing.step(false, line.range.start..line.range.start, typed);
    true
}

fn deletes_a_part(drawing: &mut Drawing, lines: &[Line], random: &mut Random) -> bool {
    let Some(at) = some_line(lines, Who::Agent, random) else { return false };
    let (line, text) = (&lines[at], lines[at].text.trim_end());
    let begin = text.len() - text.trim_start().len();
    let places: Vec<usize> =
        text.char_indices().map(|(at, _)| at).filter(|at| *at >= begin).chain([text.len()]).collect();
    let (from, to) = (random.below(places.len() - 1), 1 + random.below(places.len() - 1));
    let (from, to) = (from.min(to - 1), to.max(from + 1));
    let gone = &text[places[from]..places[to]];
    if to - from == places.len() - 1 || gone.trim().is_empty() {
        return false;
    }
    drawing.step(false, line.range.start + places[from]..line.range.start + places[to], String::new());
    true
}

fn deletes_a_line(drawing: &mut Drawing, lines: &[Line], random: &mut Random) -> bool {
    let Some(at) = some_line(lines, Who::Agent, random) else { return false };
    drawing.gave_up |= drawing.model.stands_for_others(lines[at].range.start);
    drawing.step(false, lines[at].range.clone(), String::new());
    true
}

/// The agent writes lines around one of the user's anew: some stay, some change, some go.
fn rewrites(drawing: &mut Drawing, lines: &[Line], hunks_left: bool, random: &mut Random) -> bool {
    let Some(at) = some_line(lines, Who::User, random) else { return false };
    let (first, last) = (at.saturating_sub(random.below(2)), (at + random.below(2)).min(lines.len() - 1));
    // The first text's lines may be another hunk's.
    let is_others = |line: &Line| line.by != Some(Who::User) && line.by != Some(Who::Agent);
    if hunks_left && lines[first..=last].iter().any(is_others) {
        return false;
    }
    let written = |line: &Line| match random.below(3) {
        0 => line.text.clone(),
        1 => String::new(),
        _ => {
            let text = line.text.trim_end();
            format!("{text} agent{}{}", drawing.steps.len(), &line.text[text.len()..])
        }
    };
    let new: String = lines[first..=last].iter().map(written).collect();
    let range = lines[first].range.start..lines[last].range.end;
    if lines[first..=last].iter().map(|line| line.text.as_str()).collect::<String>() == new {
        return false;
    }
    drawing.step(true, range, new);
    true
}
