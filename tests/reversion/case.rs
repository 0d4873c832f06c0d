//! A case: a file, and the steps by which an agent and a user bring parts of the newer release into it, and meet.

use std::ops::Range;

use countersign_core::weave::Splice;

use super::corpus::Pair;
use super::hunks::{Hunk, cut, hunks};
use super::inside;
use super::model::{Model, Who};
use super::random::Random;
use super::slide;

/// How near the two come to one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Lines that neither touched stand between their hunks.
    Apart,
    /// Some of the user's hunks stand directly beside hunks of the agent's, or take the other half of what they replace; or may be said to,
    /// where of equal lines nobody can say which came or went.
    Touching,
    /// The user types or deletes in the agent's lines or between them, the agent rewrites lines of the user's.
    Inside,
}

impl Class {
    /// All of them.
    pub const ALL: [Class; 3] = [Class::Apart, Class::Touching, Class::Inside];

    /// In print.
    #[must_use]
    pub fn name(self) -> &'static str {
        ["apart", "touching", "inside"][self as usize]
    }
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Case {
    /// What gives the same case again.
    pub seed: u64,
    /// The file.
    pub name: String,
    /// How near the two come.
    pub class: Class,
    /// The text at first.
    pub old: String,
    /// What is done, in order.
    pub steps: Vec<Step>,
    /// What stands there in the end and why.
    pub model: Model,
    /// The user deleted a whole line that the agent had put in the place of others.
    pub gave_up: bool,
}

/// What one of the two does.
#[derive(Clone, Debug)]
pub struct Step {
    /// Whether it is the agent.
    pub is_agents: bool,
    /// What becomes of the text that the steps before it left.
    pub splice: Splice,
}

impl Case {
    /// Draws a case of any class.
    #[must_use]
    pub fn draw(pairs: &[Pair], seed: u64) -> Case {
        Self::draw_of(pairs, Class::ALL[Random::of(seed, 0).below(3)], seed)
    }

    /// Draws a case: of a nearer class where the hunks allow it, else with hunks apart.
    #[must_use]
    pub fn draw_of(pairs: &[Pair], class: Class, seed: u64) -> Case {
        let mut random = Random::of(seed, 1);
        let pair = pick(pairs, &mut random);
        let mut all = hunks(&pair.old, &pair.new);
        // A part of a release is as real as all of it, and gives more files to interleave over.
        while all.len() > 2 + random.below(14) {
            let at = random.below(all.len());
            all.remove(at);
        }
        for hunk in &mut all {
            hunk.is_agents = random.below(2) == 0;
        }
        if class == Class::Touching {
            all = cut(all, &pair.old, &mut random);
        }
        let mut drawing =
            Drawing { steps: Vec::new(), model: Model::new(&pair.old), class: Class::Apart, gave_up: false };
        let is_cut = class == Class::Touching && all.windows(2).any(|two| two[0].end == two[1].start);
        if is_cut || slide::may_touch(&all, &pair.old) {
            drawing.class = Class::Touching;
        }
        drawing.draw(all, class == Class::Inside, &mut random);
        let Drawing { steps, model, class, gave_up } = drawing;
        Case { seed, name: pair.name.clone(), class, old: pair.old.clone(), steps, model, gave_up }
    }

    /// The one right text of a case whose hunks are apart: the older one with the user's hunks alone.
    #[must_use]
    pub fn wanted(&self) -> String {
        self.model.without_the_agent()
    }

    /// Whether a text is right once the agent is out; if not, why not.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn accepts(&self, text: &str) -> Result<(), String> {
        let wrong = self.model.accepts(text);
        if wrong.is_ok() || slide::told_otherwise(self).any(|model| model.accepts(text).is_ok()) {
            Ok(())
        } else {
            wrong
        }
    }

    /// The text before each step, and the last one.
    #[must_use]
    pub fn texts(&self) -> Vec<String> {
        let mut texts = vec![self.old.clone()];
        for Step { splice, .. } in &self.steps {
            let mut text = texts[texts.len() - 1].clone();
            text.replace_range(splice.range.clone(), &splice.text);
            texts.push(text);
        }
        texts
    }

    /// The text in the end, had one of the steps not been taken, where none was taken in what it wrote.
    #[must_use]
    pub fn without(&self, step: usize) -> String {
        let (mut text, mut place, mut was) = (self.old.clone(), 0..0, String::new());
        for (at, Step { splice, .. }) in self.steps.iter().enumerate() {
            if at == step {
                place = splice.range.start..splice.range.start + splice.text.len();
                was = text[splice.range.clone()].to_owned();
            } else if at > step && splice.range.start < place.start {
                let shift = splice.text.len() as isize - splice.range.len() as isize;
                place = place.start.saturating_add_signed(shift)..place.end.saturating_add_signed(shift);
            }
            text.replace_range(splice.range.clone(), &splice.text);
        }
        text.replace_range(place, &was);
        text
    }

    /// How many steps are the agent's, and the user's.
    #[must_use]
    pub fn counts(&self) -> [usize; 2] {
        let agents = self.steps.iter().filter(|step| step.is_agents).count();
        [agents, self.steps.len() - agents]
    }
}

/// A file, of each language equally often.
fn pick<'a>(pairs: &'a [Pair], random: &mut Random) -> &'a Pair {
    let mut languages: Vec<&str> = pairs.iter().map(|pair| pair.language).collect();
    languages.sort_unstable();
    languages.dedup();
    let language = languages[random.below(languages.len())];
    let of_it: Vec<&Pair> = pairs.iter().filter(|pair| pair.language == language).collect();
    of_it[random.below(of_it.len())]
}

/// A case in the making.
pub(super) struct Drawing {
    pub(super) steps: Vec<Step>,
    pub(super) model: Model,
    pub(super) class: Class,
    pub(super) gave_up: bool,
}

impl Drawing {
    /// Takes the hunks in some order, and between them what meets inside them.
    fn draw(&mut self, mut hunks: Vec<Hunk>, meets: bool, random: &mut Random) {
        let mut left = if meets { 1 + random.below(4) } else { 0 };
        while !hunks.is_empty() || left > 0 {
            if left > 0 && (hunks.is_empty() || random.below(3) == 0) {
                left -= 1;
                if inside::meet(self, !hunks.is_empty(), random) {
                    self.class = Class::Inside;
                }
            } else {
                let hunk = hunks.remove(random.below(hunks.len()));
                let place = self.place_of(&hunk);
                self.step(hunk.is_agents, place, hunk.new);
            }
        }
    }

    fn place_of(&self, hunk: &Hunk) -> Range<usize> {
        let start = self.model.place_of(hunk.start);
        start..start + (hunk.end - hunk.start)
    }

    pub(super) fn step(&mut self, is_agents: bool, range: Range<usize>, text: String) {
        let who = if is_agents { Who::Agent } else { Who::User };
        self.model.splice(who, range.clone(), &text);
        self.steps.push(Step { is_agents, splice: Splice::new(range, text) });
    }
}
