=== before
def test_one():
    assert total([1]) == 1


def test_two():
    assert total([1, 2]) == 3


def test_none():
    cart = Cart(items=[], currency="EUR")
    assert cart.total() == 0
=== after
@pytest.mark.parametrize("items, expected", [([1], 1), ([1, 2], 3)])
def test_total(items, expected):
    assert total(items) == expected


def test_an_empty_cart_costs_nothing():
    cart = Cart(items=[], currency="EUR")
    assert cart.total() == 0


def test_one():
    assert total([1]) == 1


def test_two():
    assert total([1, 2]) == 3
