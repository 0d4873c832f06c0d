=== before
fn send(user: &User, mail: Mail) -> Result<(), Error> {
    if mail.to.is_empty() {
        return Err(Error::NoAddress);
    }
    if user.is_blocked {
        return Err(Error::Blocked);
    }
    check_size(&mail)?;
    deliver(mail)
}

fn read(path: &Path) -> Option<String> {
    if !path.exists() {
        return None;
    }
    open(path)
}
=== after
fn send(user: &User, mail: Mail) -> Result<(), Error> {
    if mail.to.is_empty() || user.is_blocked {
        return Err(Error::NotSent);
    }
    attempt(mail)
}

fn attempt(mail: Mail) -> Result<(), Error> {
    check_size(&mail)?;
    deliver(mail)
}

fn read(path: &Path) -> Option<String> {
    if path.exists() { open(path) } else { None }
}
