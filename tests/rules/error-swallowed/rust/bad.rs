=== before
fn save(journal: &mut Journal, event: &Event) -> Result<(), Error> {
    journal.append(event)?;
    journal.flush()?;
    match journal.sync() {
        Err(error) => return Err(error),
        Ok(()) => {}
    }
    journal.close()
}
=== after
fn save(journal: &mut Journal, event: &Event) -> Result<(), Error> {
    if let Err(_) = journal.append(event) {}
    let _ = journal.flush();
    match journal.sync() {
        Err(_) => {}
        Ok(()) => {}
    }
    journal.close().ok();
    Ok(())
}
=== findings
line 2: error-swallowed introduced, high: An error ends here unseen: `if let Err(_) = journal.append(event) {}`.
line 3: error-swallowed introduced, high: An error ends here unseen: `let _ = journal.flush();`.
line 5: error-swallowed introduced, high: An error ends here unseen: `Err(_) => {}`.
line 8: error-swallowed introduced, high: An error ends here unseen: `journal.close().ok();`.
