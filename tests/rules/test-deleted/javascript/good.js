=== before
test("adds", () => {
  const cart = new Cart([1, 2]);
  expect(cart.total).toBe(3);
});

test("is empty at first", () => {
  expect(new Cart().items).toEqual([]);
});
=== after
describe("a cart", () => {
  test("is empty at first", () => {
    expect(new Cart().items).toEqual([]);
  });

  test("adds the prices of its items", () => {
    const cart = new Cart([1, 2]);
    expect(cart.total).toBe(3);
  });
});
