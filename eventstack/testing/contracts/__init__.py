"""Contract suites: what every implementation of a protocol must keep, as test classes to inherit.

They need pytest. A test module of yours inherits a class and gives the fixture that it names; to see the values in a
failing assert, name the suite in your `conftest.py` first:
`pytest.register_assert_rewrite("eventstack.testing.contracts")`.
"""
