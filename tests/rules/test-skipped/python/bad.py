=== before
import pytest


def test_total():
    assert total([1, 1]) == 2


class TestCart(TestCase):
    def test_empty(self):
        self.assertEqual(Cart().total(), 0)
=== after
import pytest


@pytest.mark.xfail
def test_total():
    assert total([1, 1]) == 2


class TestCart(TestCase):
    def test_empty(self):
        self.skipTest("later")
        self.assertEqual(Cart().total(), 0)
=== findings
line 4: test-skipped introduced, high: `test_total` is skipped or expected to fail: `@pytest.mark.xfail`.
line 11: test-skipped introduced, high: `TestCart::test_empty` is skipped or expected to fail: `self.skipTest("later")`.
