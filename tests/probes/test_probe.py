"""Values of a look: which hop is named."""

from hypothesis import given
from hypothesis import strategies as st

from eventstack.probes.look import PROBES
from eventstack.probes.probe import HOPS, ProbeResult, first_broken


def test_every_hop_has_a_probe_of_its_own() -> None:
    assert tuple(PROBES) == HOPS
    assert [probe.hop for probe in PROBES.values()] == list(HOPS)


@given(st.permutations(HOPS), st.sets(st.sampled_from(HOPS)))
def test_the_first_broken_hop_is_the_one_nearest_to_the_contribution(order: list[str], broken: set[str]) -> None:
    results = [ProbeResult(hop, ok=hop not in broken, detail="") for hop in order]
    first = first_broken(results)
    if not broken:
        assert first is None
    else:
        assert first is not None
        assert first.hop in broken
        assert all(HOPS.index(first.hop) <= HOPS.index(hop) for hop in broken)


def test_a_hop_that_could_not_be_looked_at_is_not_the_first_broken() -> None:
    licence = ProbeResult("licence", ok=False, detail="", measured={"behind": "edge"})
    edge = ProbeResult("edge", ok=False, detail="")
    assert first_broken([licence, edge]) is edge
    assert first_broken([licence, ProbeResult("edge", ok=True, detail="")]) is licence
    origin = ProbeResult("origin", ok=False, detail="")
    assert first_broken([licence, edge, origin]) is origin
