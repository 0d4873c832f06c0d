=== before
@pytest.mark.skip(reason="flaky")
def test_total():
    assert total([1, 1]) == 2
=== after
def test_total():
    assert total([1, 1]) == 2
