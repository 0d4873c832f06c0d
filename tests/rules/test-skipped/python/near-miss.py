=== before
def test_forks_a_worker():
    assert fork().alive


def lines(text):
    return text.splitlines()
=== after
@pytest.mark.skipif(sys.platform == "win32", reason="no fork on Windows")
def test_forks_a_worker():
    assert fork().alive


def lines(text):
    reader.skip(1)
    return text.splitlines()
