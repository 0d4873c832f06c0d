=== before
#[test]
fn a_span_is_inclusive() {
    let span = Span::new(2, 5);
    assert_eq!(span.len(), 4);
    assert!(span.contains(5));
}

#[test]
fn a_span_can_be_moved() {
    let span = Span::new(2, 5).moved(1);
    assert_eq!(span.start, 3);
    assert_eq!(span.end, 6);
}
=== after
fn check_bounds(span: &Span, start: usize, end: usize) {
    assert_eq!((span.start, span.end), (start, end));
}

#[test]
fn a_span_is_inclusive() {
    let span = Span::new(2, 5);
    assert_eq!(span.len(), 3 + 1, "both ends count");
    assert!(span.contains(5));
}

#[test]
fn a_span_can_be_moved() {
    check_bounds(&Span::new(2, 5).moved(1), 3, 6);
}
