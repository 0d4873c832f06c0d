=== before
it("rounds up", () => {
  const expected = 0.11;
  console.log(expected);
  expect(total([0.105])).toBe(expected);
});

export function insert(list, item) {
  console.assert(item, "an item");
  list.push(item);
}
=== after
it("rounds up", () => {
  const expected = 0.11;
  expect(total([0.105])).toBe(expected);
});

export function insert(list, item) {
  list.push(item);
}
