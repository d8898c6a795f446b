"""Clouds as data: facts, leads and the table of clouds."""

import dataclasses
import re
import subprocess
import sys
from typing import get_args

import pytest

from eventstack import clouds
from eventstack.errors import ConfigError
from eventstack.models.care import Hop
from eventstack.planning.facts import CloudFacts, Lead
from eventstack.planning.features import FEATURES, KINDS, WORDS, words
from eventstack.planning.lead import NEEDS, lead
from eventstack.planning.prepared import HOPS
from eventstack.probes.probe import HOPS as PROBED


def test_hops_are_one_vocabulary() -> None:
    assert get_args(Hop) == HOPS == PROBED


@pytest.mark.parametrize("name", clouds.CLOUDS)
def test_every_cloud_has_facts_under_its_name(name: str) -> None:
    facts = clouds.facts(name)
    assert facts.name == name
    assert set(facts.roles) <= set(NEEDS)
    assert set(facts.leads) <= set(NEEDS)


@pytest.mark.parametrize("ask", [clouds.facts, clouds.roles, clouds.verbs, clouds.inventory])
def test_an_unknown_cloud_is_answered_with_the_known_ones(ask: object) -> None:
    with pytest.raises(ConfigError, match="no cloud of that name") as caught:
        ask("moon")  # type: ignore[operator]
    assert "local" in str(caught.value)


def test_a_lead_is_the_longest_chain_of_needs(facts: CloudFacts) -> None:
    seconds = {"site": 2, "contribution": 3, "encoder": 5, "drm": 20, "packager": 1, "cdn": 4}
    slow = dataclasses.replace(
        facts, base_lead_s=10, leads={role: Lead(takes, "estimate") for role, takes in seconds.items()}
    )
    assert lead(slow, ("contribution", "encoder", "packager", "cdn")) == 10 + 2 + 3 + 5 + 1 + 4
    assert lead(slow, ("contribution", "encoder", "drm", "packager", "cdn")) == 10 + 2 + 20 + 1 + 4
    assert lead(slow, ()) == 12


def test_a_reason_is_found_by_its_word_before_its_kind(facts: CloudFacts) -> None:
    table = {"vod": "nothing is kept", "vod/copy": "nothing is copied"}
    assert facts.reason(table, "vod/copy") == "nothing is copied"
    assert facts.reason(table, "vod/repackage") == "nothing is kept"
    assert facts.reason(table, "slate/card") is None


def test_words_are_kinds_with_their_values() -> None:
    assert {f"{kind}/{value}" for kind, values in FEATURES.items() for value in values} == WORDS
    assert words("format") == {"format/hls", "format/dash"}
    assert words("vod", "copy") == {"vod/copy"}
    assert all(re.fullmatch(r"[a-z-]+/[a-z0-9-]+", word) for word in WORDS)
    assert all(kind.means for kind in KINDS.values())


def test_a_word_that_there_is_not_is_refused_where_it_is_written() -> None:
    with pytest.raises(ValueError, match="no feature vod/copies"):
        words("vod", "copies")


def test_planning_loads_no_engine() -> None:
    code = (
        "import sys, eventstack.planning.resolve, eventstack.models.load; from eventstack import clouds;"
        "clouds.facts('local');"
        "print([name for name in ('pulumi', 'click', 'aiohttp', 'grpc') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
