=== before
const a = 1;
=== after
// Buttons that are disabled ignore clicks
const rule = "eslint-disable";
