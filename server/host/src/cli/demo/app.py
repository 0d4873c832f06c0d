import logging

import requests

log = logging.getLogger(__name__)


def login(user, password):
    if not user.is_active:
        raise PermissionError(user.name)
    return user.check(password)


def fetch(url):
    return requests.get(url, timeout=10).json()
