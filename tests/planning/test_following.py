"""Events of one series leave each other the turn-round that their profile asks for."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from eventstack.planning.following import clashes
from eventstack.planning.plan import StackPlan
from tests.planning import changes
from tests.planning.files import answer, written


def session(folder: Path, name: str, start: str, end: str | None, series: str = "gp", **profile: Any) -> StackPlan:
    window: Mapping[str, Any] = {
        "window.start": f"2027-05-22T{start}",
        "window.end": f"2027-05-22T{end}" if end else changes.GONE,
    }
    shared = {"layers": "series", "timing.line_up": "10m", "timing.tail": "5m", "timing.turn_round": "15m", **profile}
    event = written(changes.event("aws"), {"id": name, "series": series, **window})
    plan = answer(event, written(changes.profile("aws"), shared), folder).plan
    assert plan
    return plan


def test_a_session_that_begins_before_the_turn_round_is_over_is_told(tmp_path: Path) -> None:
    practice = session(tmp_path, "practice", "13:00", "14:00")
    qualifying = session(tmp_path, "qualifying", "14:20", "15:00")
    (clash,) = clashes([qualifying, practice])
    assert (clash.occurrence, clash.after, str(clash.short)) == ("qualifying", "practice", "10m")
    assert "before what it shares with practice is free" in clash.text


def test_sessions_with_room_between_them_are_not(tmp_path: Path) -> None:
    practice = session(tmp_path, "practice", "13:00", "14:00")
    assert not list(clashes([practice, session(tmp_path, "race", "14:30", "15:00")]))


def test_series_and_what_shares_nothing_are_apart(tmp_path: Path) -> None:
    practice = session(tmp_path, "practice", "13:00", "14:00")
    other = session(tmp_path, "other", "13:30", "15:00", series="rally")
    alone = session(tmp_path, "alone", "13:30", "15:00", layers="split")
    assert not list(clashes([practice, other, alone]))


def test_nothing_can_be_told_after_an_open_end(tmp_path: Path) -> None:
    assert not list(clashes([session(tmp_path, "a", "13:00", None), session(tmp_path, "b", "13:05", "14:00")]))
