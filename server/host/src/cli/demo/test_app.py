from app import fetch

URL = "https://example.org/status"


def test_fetch():
    assert fetch(URL)["status"] == "ok"
