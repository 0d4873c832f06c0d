=== before
def load(path):
    text = read(path)
    return parse(text)
=== after
def load(path):
    try:
        text = read(path)
    except OSError:
        pass
    try:
        return parse(text)
    except Exception:
        return None


def drop(path):
    with contextlib.suppress(Exception):
        remove(path)
=== findings
line 4: error-swallowed introduced, high: An error ends here unseen: `except OSError: pass`.
line 8: error-swallowed introduced, high: An error ends here unseen: `except Exception: return None`.
line 13: error-swallowed introduced, high: An error ends here unseen: `contextlib.suppress(Exception)`.
