"""Many callers for one event at once: one works, the others follow, and nothing is doubled."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from eventstack import automation
from eventstack.errors import Busy
from eventstack.testing.fake_cloud import FakeCloud
from tests.automation.conftest import Here

pytestmark = pytest.mark.engine

CALLERS = 5


def test_callers_at_once_build_once_and_remove_once(another: Callable[[], Here], provider: FakeCloud) -> None:
    with ThreadPoolExecutor(CALLERS) as callers:
        desks = [another() for _ in range(CALLERS)]
        built = list(callers.map(lambda desk: automation.up(new_foundation="season", world=desk), desks))
        assert {outcome.ok for outcome in built} == {True}
        assert (len(provider.world()), provider.count("create")) == (3, 3)
        ended = list(callers.map(lambda desk: automation.destroy("season", reason="over", world=desk), desks))
    assert {one.ok for one in ended} == {True}
    assert provider.world() == []
    assert automation.status("season", world=desks[0]).state == "gone"


def test_a_caller_without_patience_is_told_at_once_who_works(here: Here, provider: FakeCloud) -> None:
    gate = provider.hold("create", "feed")
    with ThreadPoolExecutor(1) as callers:
        working = callers.submit(automation.up, new_foundation="season", world=here)
        assert gate.wait_reached()
        running = automation.status("season", world=here).running
        assert running
        with pytest.raises(Busy) as raised:
            automation.destroy("season", reason="too early", world=here)
        assert raised.value.holder == running.operation
        gate.release()
        assert working.result(30).ok
    assert automation.destroy("season", reason="over", world=here).ok
