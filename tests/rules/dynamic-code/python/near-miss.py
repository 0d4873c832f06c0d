=== before
def score(model, query):
    return 0
=== after
def score(model, query):
    model.eval()
    cursor.exec(query)
    return eval("1 + 1")
