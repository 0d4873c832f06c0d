=== before
class TestCart(TestCase):
    def test_remove(self):
        cart = Cart([1, 2])
        cart.remove(1)
        self.assertEqual(cart.total(), 2)
        self.assertNotIn(1, cart)


def test_parse():
    with pytest.raises(ValueError):
        parse("x")
    assert parse("1") == 1
=== after
class TestCart(TestCase):
    def test_remove(self):
        cart = Cart([1, 2])
        cart.remove(1)
        self.assertNotIn(1, cart)


def test_parse():
    assert parse("1") == 1
=== findings
line 5: assertion-removed removed, high: `TestCart::test_remove` no longer checks `self.assertEqual(cart.total(), 2)`.
line 9: assertion-removed removed, high: `test_parse` no longer checks `pytest.raises(ValueError)`.
