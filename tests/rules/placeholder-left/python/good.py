=== before
def load(key):
    raise NotImplementedError("later")
=== after
def load(key):
    return items[key]
