=== before
def load(path):
    try:
        return read(path)
    except OSError:
        pass
=== after
def load(path):
    try:
        return read(path)
    except OSError as error:
        log.warning("cannot read %s: %s", path, error)
        raise
