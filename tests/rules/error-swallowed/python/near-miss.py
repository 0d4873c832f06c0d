=== before
import json


def remove(path):
    path.unlink()
=== after
try:
    import orjson as json
except ImportError:
    pass


def remove(path):
    try:
        path.unlink()
    except FileNotFoundError:
        pass


def price(text):
    try:
        return int(text)
    except ValueError:
        return None
