//! Plays a case in core: a document, as the editor and the disk each have it.

use countersign_core::author::Author;
use countersign_core::document::{Act, Document};
use countersign_core::edit::{Evidence, Lineage};
use countersign_core::revert::{Request, plan};
use countersign_core::weave::Splice;
use ropey::Rope;

use super::Outcome;
use super::case::{Case, typed};
use super::random::Random;

/// Plays a case, and takes the agent out.
#[must_use]
pub fn play(case: &Case) -> Outcome {
    let mut random = Random::of(case.seed, 2);
    let mut desk = Desk::new(&case.old);
    for step in &case.steps {
        if step.is_agents {
            desk.agent(&step.splice, &mut random);
        } else {
            desk.user(&step.splice, &mut random);
        }
    }
    desk.settle(&mut random);
    let agent = Author::is_agent;
    let request = Request { whose: &agent, only: None, accepted_too: false, mine_too: false };
    let lineage = if random.below(2) == 0 { Lineage::Disk } else { Lineage::Editor };
    let after = plan(&desk.document, lineage, &request).target.to_string();
    Outcome { case: case.clone(), before: desk.document.text(lineage).to_string(), after }
}

/// An editor and a disk with one file.
struct Desk {
    document: Document,
    agent: Author,
    at: u64,
}

impl Desk {
    fn new(text: &str) -> Desk {
        let mut document = Document::new(Rope::from_str(text), 1);
        document.opened(Rope::from_str(text), &Act::user(0));
        Desk { document, agent: Author::agent("agent", "s1"), at: 1 }
    }

    /// The agent writes the file. A person saves before they let it: a buffer with changes cannot be reloaded.
    fn agent(&mut self, splice: &Splice, random: &mut Random) {
        self.save(random);
        let mut text = self.document.text(Lineage::Disk).to_string();
        text.replace_range(splice.range.clone(), &splice.text);
        self.at += 1;
        let act = Act::agent(self.agent.clone(), Evidence::Content, self.at);
        self.document.observe(Lineage::Disk, Rope::from_str(&text), &act);
        if random.below(2) == 0 {
            self.reload(random);
        }
    }

    /// The user types in an up-to-date editor.
    fn user(&mut self, splice: &Splice, random: &mut Random) {
        self.reload(random);
        self.at += 1;
        let act = Act::user(self.at);
        for change in typed(splice, random) {
            self.document.typed(&[change], &act);
        }
        if random.below(2) == 0 {
            self.save(random);
        }
    }

    /// The buffer is written, and that is heard of from the editor, or only seen on disk.
    fn save(&mut self, random: &mut Random) {
        if !self.document.is_dirty() || self.is_behind() {
            return;
        }
        self.at += 1;
        if random.below(2) == 0 {
            self.document.saved();
        } else {
            let text = self.document.text(Lineage::Editor).clone();
            self.document.observe(Lineage::Disk, text, &Act::external(self.at));
        }
        self.is_saved();
    }

    /// The buffer takes over what the disk has: by the editor's word, or as one change of its text.
    fn reload(&mut self, random: &mut Random) {
        if !self.is_behind() {
            return;
        }
        self.at += 1;
        if random.below(2) == 0 {
            self.document.reloaded();
        } else {
            let (buffer, disk) = (self.document.text(Lineage::Editor), self.document.text(Lineage::Disk));
            let splice = Splice::new(0..buffer.len_bytes(), disk.to_string());
            self.document.typed(&[splice], &Act::user(self.at));
        }
        self.is_saved();
    }

    /// In the end the editor and the disk hold the same.
    fn settle(&mut self, random: &mut Random) {
        self.reload(random);
        self.save(random);
    }

    /// Whether the disk has what the buffer lacks: in these plays, just when an agent wrote last.
    fn is_behind(&self) -> bool {
        !self.document.weave().missing(Lineage::Editor).is_empty()
    }

    fn is_saved(&self) {
        assert!(!self.document.is_dirty(), "the editor and the disk hold the same after a save or a reload");
    }
}
