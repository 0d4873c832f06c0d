=== before
def delete(user, page):
    if not user.can_edit(page):
        raise PermissionDenied(page)
    page.delete()


def rename(user, page, name):
    if not name:
        raise ValueError("a page needs a name")
    page.name = name
=== after
def delete(user, page):
    if user.can_edit(page):
        page.delete()
    else:
        raise PermissionDenied(page)


def checked(name):
    if not name:
        raise ValueError("a page needs a name")
    return name


def rename(user, page, name):
    page.name = checked(name)
