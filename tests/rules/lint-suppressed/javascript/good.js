=== before
// eslint-disable-next-line
const total = sum(a, b);
=== after
const total = sum(a, b);
