//! What the weave costs: a key typed into a long file with many edits in it, opening, hunks, a plan, and bytes per edit.
//! `cargo bench -p countersign-tests --bench weave`

use std::hint::black_box;

use countersign_core::author::Author;
use countersign_core::document::{Act, Document, Record};
use countersign_core::edit::{Evidence, Lineage};
use countersign_core::hunk::hunks;
use countersign_core::revert::{Request, plan};
use countersign_core::weave::Splice;
use criterion::{BatchSize, BenchmarkId, Criterion, criterion_group, criterion_main};
use ropey::Rope;

const SIZES: [(usize, usize); 4] = [(10_000, 100), (10_000, 10_000), (100_000, 100), (100_000, 10_000)];

fn base(lines: usize) -> Rope {
    let lines: String = (0..lines).map(|n| format!("    let value_{n} = compute(value_{}, {n});\n", n / 2)).collect();
    Rope::from_str(&lines)
}

/// A file with so many edits spread over it, by the user and two agents in turn, and all that was journaled of them.
fn edited(lines: usize, edits: usize) -> (Document, Vec<Record>) {
    let mut document = Document::new(base(lines), 1);
    let mut records = document.opened(base(lines), &Act::user(0));
    let [one, two] = ["one", "two"].map(|name| Act::agent(Author::agent(name, name), Evidence::Content, 0));
    let turns = [Act::user(0), one, Act::user(0), two];
    for nth in 0..edits {
        let text = document.text(Lineage::Editor);
        // A step that has no common divisor with any size spreads the edits over the file.
        let line = (nth * 7919) % text.len_lines();
        let start = text.line_to_byte(line);
        let by = &turns[nth % 4];
        let splice = match nth % 3 {
            0 => Splice::new(start..start, format!("    added_{nth}();\n")),
            1 => Splice::new(start + 4..(start + 7).min(text.len_bytes()), "const"),
            _ => Splice::new(start..start, "\n"),
        };
        if splice.range.end <= text.len_bytes() {
            records.extend(document.written(Lineage::Editor, &splice, by));
        }
        if nth % 50 == 49 {
            records.extend(document.saved());
        }
    }
    records.extend(document.flush());
    (document, records)
}

/// A person types words of thirty keys, each somewhere else in the file.
struct Typist {
    document: Document,
    at: usize,
    keys: usize,
}

impl Typist {
    fn key(&mut self) {
        if self.keys.is_multiple_of(30) {
            let text = self.document.text(Lineage::Editor);
            self.at = text.line_to_byte((self.keys * 104_729) % text.len_lines());
        }
        let splice = Splice::new(self.at..self.at, ["a", "b", "c"][self.keys % 3]);
        black_box(self.document.typed(&[splice], &Act::user(0)));
        self.at += 1;
        self.keys += 1;
    }

    /// A key that begins an edit of its own: elsewhere each time.
    fn jump(&mut self) {
        let text = self.document.text(Lineage::Editor);
        let at = text.line_to_byte((self.keys * 104_729) % text.len_lines());
        black_box(self.document.typed(&[Splice::new(at..at, "x")], &Act::user(0)));
        self.keys += 1;
    }
}

fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").ok();
    pages.and_then(|pages| pages.split(' ').nth(1)?.parse::<usize>().ok()).unwrap_or(0) * 4096
}

fn weave(c: &mut Criterion) {
    for (lines, edits) in SIZES {
        let (document, records) = edited(lines, edits);
        let before = resident();
        // A copy shares the ropes of the texts and nothing else, so many of them weigh what is kept for each edit.
        let copies: Vec<Document> = (0..16).map(|_| document.clone()).collect();
        let each = resident().saturating_sub(before) / copies.len() / edits;
        let (fragments, text) = (document.weave().fragment_count(), document.text(Lineage::Editor).len_bytes());
        println!(
            "{lines} lines, {edits} edits: {text} bytes of text, {fragments} fragments, {each} bytes for each edit"
        );
        drop(copies);
        let of = format!("{lines} lines {edits} edits");
        let mut group = c.benchmark_group("weave");
        group.sample_size(20);
        let mut typist = Typist { document: document.clone(), at: 0, keys: 0 };
        group.bench_with_input(BenchmarkId::new("key", &of), &(), |b, ()| b.iter(|| typist.key()));
        let mut typist = Typist { document: document.clone(), at: 0, keys: 0 };
        group.bench_with_input(BenchmarkId::new("key elsewhere", &of), &(), |b, ()| b.iter(|| typist.jump()));
        group.sample_size(10);
        group.bench_with_input(BenchmarkId::new("hunks", &of), &(), |b, ()| {
            b.iter(|| hunks(&document, Lineage::Editor, &Author::is_agent));
        });
        let request = Request { whose: &Author::is_agent, only: None, accepted_too: false, mine_too: false };
        group.bench_with_input(BenchmarkId::new("plan", &of), &(), |b, ()| {
            b.iter(|| plan(&document, Lineage::Editor, &request));
        });
        group.bench_with_input(BenchmarkId::new("open", &of), &(), |b, ()| {
            let first = base(lines);
            b.iter_batched(|| first.clone(), |first| opened(first, &records), BatchSize::PerIteration);
        });
        group.finish();
    }
}

/// A file's weave from its journal.
fn opened(first: Rope, records: &[Record]) -> Document {
    let mut document = Document::new(first, 2);
    document.fold_all(records).expect("in order");
    document
}

criterion_group!(benches, weave);
criterion_main!(benches);
