=== before
const run = (text) => JSON.parse(text);
=== after
const run = (text) => eval(text);
const make = (body) => new Function("x", body);
setTimeout("tick()", 100);
vm.runInNewContext(body, {});
=== findings
line 1: dynamic-code introduced, high: Text is run as code: `eval(text)`.
line 2: dynamic-code introduced, high: Text is run as code: `new Function("x", body)`.
line 3: dynamic-code introduced, high: Text is run as code: `setTimeout("tick()", 100)`.
line 4: dynamic-code introduced, high: Text is run as code: `vm.runInNewContext(body, {})`.
