=== before
const a = {};
=== after
// Loading... the other tabs wait.
const a = { ...existing, ...rest };
const field = { placeholder: "Search..." };
// TODO(ann): sort by date
