=== before
def report(rows):
    if rows:
        print(len(rows))
    checkbox = draw(rows)
    return checkbox
=== after
def report(rows):
    return draw(rows)
