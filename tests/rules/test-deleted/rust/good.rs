=== before
#[test]
fn empty() {
    let line = Line::parse("");
    assert_eq!(line.words(), 0);
}

#[test]
fn one_word() {
    assert_eq!(Line::parse("a").words(), 1);
}
=== after
#[test]
fn one_word() {
    assert_eq!(Line::parse("a").words(), 1);
}

mod moved {
    #[test]
    fn an_empty_line_has_no_words() {
        let line = Line::parse("");
        assert_eq!(line.words(), 0);
    }
}
