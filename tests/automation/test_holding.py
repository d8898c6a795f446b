"""A person's hold on a stack: it stays, whoever wants to destroy it, until it is released, runs out or is lifted."""

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner

from eventstack import automation
from eventstack.cli.holding import hold, release
from eventstack.deploy.journal import Hold, Journal
from eventstack.errors import ConfigError, Refused
from tests.automation.conftest import Here

pytestmark = pytest.mark.usefixtures("provider")


@pytest.fixture
def season(here: Here) -> Here:
    automation.up(new_foundation="season", world=here)
    return here


def kept(journal: Journal, here: Here) -> Hold | None:
    [known] = journal.stacks(here.settings.owner)
    return known.hold


@pytest.mark.engine
def test_what_a_person_holds_is_not_destroyed_until_it_is_released(season: Here) -> None:
    status = automation.hold("season", reason="a replay", by="Ada", world=season)
    assert status.hold is not None
    with pytest.raises(Refused, match="is held by Ada: a replay"):
        automation.destroy("season", reason="over", world=season)
    assert automation.release("season", by="Ben", world=season).hold is None
    assert automation.destroy("season", reason="over", world=season).ok
    with pytest.raises(ConfigError, match="nothing to hold"):
        automation.hold("season", reason="too late", world=season)


@pytest.mark.engine
def test_a_hold_that_has_run_out_holds_nothing(season: Here) -> None:
    automation.hold("season", reason="a replay", by="Ada", lasting=timedelta(microseconds=1), world=season)
    assert automation.destroy("season", reason="over", world=season).ok


@pytest.mark.engine
def test_a_hold_needs_a_reason_and_a_stack(season: Here) -> None:
    with pytest.raises(ConfigError, match="needs a reason"):
        automation.hold("season", reason=" ", world=season)
    with pytest.raises(ConfigError):
        automation.hold("nobody", reason="why", world=season)
    assert kept(season.journal, season) is None
    automation.destroy("season", reason="over", world=season)


@pytest.mark.engine
def test_the_commands_hold_for_a_time_and_release(season: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENTSTACK_HOME", str(season.settings.state.parent))
    run = CliRunner().invoke(hold, ["season", "--reason", "a replay", "--for", "2h", "--by", "Ada"])
    assert run.exit_code == 0, run.output
    assert "held by Ada until" in run.output
    wrong = CliRunner().invoke(hold, ["season", "--reason", "a replay", "--for", "soon"])
    assert (wrong.exit_code, "--for" in wrong.output) == (2, True)
    assert json.loads(CliRunner().invoke(release, ["season", "--json"]).output)["status"]["hold"] is None
    automation.destroy("season", reason="over", world=season)
