=== before
app.delete("/pages/:id", requireAuth, async (request, response) => {
  if (!request.user.isAdmin) {
    return response.status(403).end();
  }
  await pages.remove(request.params.id);
});

export function withdraw(account, amount) {
  if (amount <= 0) throw new RangeError("amount");
  account.balance -= amount;
}

export function publish(user, post) {
  checkPermission(user, "publish");
  post.publish();
}
=== after
app.delete("/pages/:id", async (request, response) => {
  await pages.remove(request.params.id);
});

export function withdraw(account, amount) {
  account.balance -= amount;
}

export function publish(user, post) {
  post.publish();
}
=== findings
line 1: guard-removed removed, critical: This file no longer stops at `requireAuth`.
line 1: guard-removed removed, critical: This file no longer stops at `(!request.user.isAdmin)`.
line 6: guard-removed removed, high: `withdraw` no longer stops at `(amount <= 0)`.
line 10: guard-removed removed, critical: `publish` no longer stops at `checkPermission(user, "publish")`.
