=== before
def test_parse():
    value = parse("1")
    assert value == 1
    assert value.unit is None
=== after
def test_parse():
    parsed = parse("1")
    assert parsed == 1
    assert parsed.unit is None
    assert parsed.sign == 1
