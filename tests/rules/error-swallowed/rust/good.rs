=== before
fn save(journal: &mut Journal, event: &Event) {
    let _ = journal.append(event);
}
=== after
fn save(journal: &mut Journal, event: &Event, count: usize) {
    let _ = journal.append(event, count);
    if let Err(error) = journal.flush() {
        warn!(%error, "the journal is not on disk");
    }
}
