=== before
class TestTotal:
    def test_counts_each_item(self):
        assert total([1, 2]) == 3

    def test_rejects_a_negative_price(self):
        with pytest.raises(ValueError):
            total([-1])
=== after
class TestTotal:
    def test_counts_each_item(self):
        assert total([1, 2]) == 3
=== findings
line 4: test-deleted removed, critical: The test `test_rejects_a_negative_price` is gone, and nothing in this file takes its place.
