=== before
const run = (text) => eval(text);
=== after
const run = (text) => JSON.parse(text);
