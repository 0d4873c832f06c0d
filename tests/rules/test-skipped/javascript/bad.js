=== before
describe("total", () => {
  it("adds prices", () => {
    expect(total([1, 2])).toBe(3);
  });
  it("rejects negative prices", () => {
    expect(() => total([-1])).toThrow();
  });
});
=== after
describe("total", () => {
  it.skip("adds prices", () => {
    expect(total([1, 2])).toBe(3);
  });
  xit("rejects negative prices", () => {
    expect(() => total([-1])).toThrow();
  });
});
=== findings
line 2: test-skipped introduced, high: `total::adds prices` is skipped or expected to fail: `it.skip`.
line 5: test-skipped introduced, high: `total::rejects negative prices` is skipped or expected to fail: `xit`.
