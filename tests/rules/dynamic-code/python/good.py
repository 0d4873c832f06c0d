=== before
def limits(request):
    return eval(request.args["limits"])
=== after
def limits(request):
    return ast.literal_eval(request.args["limits"])
