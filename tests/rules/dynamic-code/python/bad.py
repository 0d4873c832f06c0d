=== before
def limits(request):
    return json.loads(request.args["limits"])
=== after
def limits(request):
    exec(f"import {request.args['module']}")
    return eval(request.args["limits"])
=== findings
line 2: dynamic-code introduced, high: Text is run as code: `exec(f"import {request.args['module']}")`.
line 3: dynamic-code introduced, high: Text is run as code: `eval(request.args["limits"])`.
