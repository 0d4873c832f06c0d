=== before
export function total(items) {
  return items.reduce((sum, item) => sum + item.price, 0);
}
=== after
export function total(items) {
  // ... existing code ...
  /* rest of the implementation stays the same */
  throw new Error("Not implemented");
}
=== findings
line 2: placeholder-left introduced, critical: Code is missing here: `// ... existing code ...`.
line 3: placeholder-left introduced, critical: Code is missing here: `/* rest of the implementation stays the same */`.
line 4: placeholder-left introduced, critical: Code is missing here: `throw new Error("Not implemented");`.
