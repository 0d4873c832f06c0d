=== before
export function withdraw(account, amount) {
  if (amount <= 0) throw new RangeError("amount");
  if (account.closed) return;
  account.balance -= amount;
}
=== after
export function withdraw(account, amount) {
  if (amount <= 0) {
    throw new RangeError("the amount must be positive");
  }
  if (!account.closed) {
    account.balance -= amount;
  }
}
