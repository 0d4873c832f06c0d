=== before
it("rounds up", () => {
  const bill = total([0.105]);
  expect(bill).toBe(0.11);
  expect(bill).not.toBeNaN();
});

test("resolves", async () => {
  await expect(load("a")).resolves.toEqual({ id: "a" });
  assert.equal(calls, 1);
});
=== after
it("rounds up", () => {
  const bill = total([0.105]);
  expect(bill).not.toBeNaN();
});

test("resolves", async () => {
  await expect(load("a")).resolves.toEqual({ id: "a" });
});
=== findings
line 3: assertion-removed removed, high: `rounds up` no longer checks `expect(bill).toBe(0.11)`.
line 8: assertion-removed removed, high: `resolves` no longer checks `assert.equal(calls, 1)`.
