=== before
describe("total", () => {
  it("adds prices", () => {
    expect(total([1, 2])).toBe(3);
  });

  it.each([[-1], [-2]])("rejects %d", (price) => {
    expect(() => total([price])).toThrow(RangeError);
  });
});
=== after
describe("total", () => {
  it("adds prices", () => {
    expect(total([1, 2])).toBe(3);
  });
});
=== findings
line 5: test-deleted removed, critical: The test `"rejects %d"` is gone, and nothing in this file takes its place.
