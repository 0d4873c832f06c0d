=== before
@login_required
def delete(request, page):
    if not request.user.can_edit(page):
        raise PermissionDenied(page)
    page.delete()


def withdraw(account, amount):
    if amount <= 0:
        return
    account.balance -= amount


def publish(user, post):
    check_permission(user, "publish")
    post.publish()
=== after
def delete(request, page):
    page.delete()


def withdraw(account, amount):
    account.balance -= amount


def publish(user, post):
    # check_permission(user, "publish")
    post.publish()
=== findings
line 1: guard-removed removed, critical: `delete` no longer stops at `@login_required`.
line 2: guard-removed removed, critical: `delete` no longer stops at `not request.user.can_edit(page)`.
line 6: guard-removed removed, high: `withdraw` no longer stops at `amount <= 0`.
line 10: guard-removed removed, critical: `publish` no longer stops at `check_permission(user, "publish")`.
