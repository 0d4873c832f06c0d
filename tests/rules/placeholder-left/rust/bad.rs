=== before
impl Parser {
    fn parse(&mut self) -> Tree {
        self.skip_blanks();
        self.tree()
    }

    fn skip_blanks(&mut self) {
        self.at += self.blanks();
    }
}
=== after
impl Parser {
    fn parse(&mut self) -> Tree {
        // ... existing code ...
    }

    fn skip_blanks(&mut self) {
        // TODO: implement
        todo!()
    }
}
=== findings
line 3: placeholder-left introduced, critical: Code is missing here: `// ... existing code ...`.
line 7: placeholder-left introduced, high: Code is missing here: `// TODO: implement`.
line 8: placeholder-left introduced, critical: Code is missing here: `todo!()`.
