"""Contract suites: what every implementation of a protocol of ours has to do, as test classes to inherit.

A test module of yours inherits a class and gives its fixture the implementation; pytest does the rest.
"""
