"""The contract of probes: one for every hop."""

import dataclasses

import pytest

from eventstack.probes.hop import HopProbe
from eventstack.probes.look import PROBES
from eventstack.testing.contracts.probes import ProbeContract

DEADLINE_S = 0.7
"""Shorter than what users have, so that waiting in vain for all hops takes no minute."""


class TestProbes(ProbeContract):
    @pytest.fixture(params=list(PROBES))
    def probe(self, request: pytest.FixtureRequest) -> HopProbe:
        return dataclasses.replace(PROBES[request.param], deadline_s=DEADLINE_S)
