=== before
it("rounds up", () => {
  const bill = total([0.105]);
  expect(bill).toBe(0.11);
});
=== after
it("rounds up", () => {
  expect(total([0.105])).toBe(0.11);
  expect(total([0.104])).toBe(0.1);
});
