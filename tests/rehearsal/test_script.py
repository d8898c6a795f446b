from datetime import UTC, datetime, timedelta

import pytest

from eventstack.errors import ConfigError
from eventstack.models.load import shipped_profiles
from eventstack.rehearsal.script import Choices, write

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)


def test_the_line_up_begins_when_its_stacks_can_be_there():
    script = write(Choices(), NOW, "local")
    assert script.wanted.up_from == NOW
    assert timedelta(seconds=5) < script.wanted.line_up_from - NOW < timedelta(seconds=40)
    assert script.wanted.on_air_until - script.wanted.on_air_from == timedelta(seconds=30)


def test_every_rehearsal_has_names_of_its_own():
    first, second = (write(Choices(), NOW + timedelta(seconds=number), "local") for number in (0, 1))
    assert first.event.id != second.event.id
    assert first.foundation.build.stack != second.foundation.build.stack


def test_without_a_time_it_has_an_open_end():
    assert write(Choices(on_air_for=None), NOW, "local").wanted.on_air_until is None


def test_a_clear_profile_needs_no_key_service():
    assert write(Choices(profile="talk-720p25"), NOW, "local").foundation.build.drm is None
    assert write(Choices(), NOW, "local").foundation.build.drm is not None


def test_an_event_of_the_users_moves_to_now_and_gets_a_source(tmp_path):
    path = tmp_path / "talk.yaml"
    path.write_text(
        "id: talk\ntitle: A talk\nprofile: talk-720p25\ncloud: local\n"
        "window: {start: '2031-01-01T10:00', end: '2031-01-01T11:00', zone: Europe/Berlin}\n",
        encoding="utf-8",
    )
    script = write(Choices(event=path), NOW, "local")
    assert script.event.title == "A talk"
    assert script.event.contribution.source.kind == "synthetic"
    assert script.wanted.on_air_from - NOW < timedelta(minutes=2)


def test_a_profile_beside_the_users_event_is_found(tmp_path):
    shipped = (shipped_profiles() / "talk-720p25.yaml").read_text(encoding="utf-8")
    (tmp_path / "mine.yaml").write_text(shipped.replace("name: talk-720p25", "name: mine"), encoding="utf-8")
    (tmp_path / "talk.yaml").write_text(
        "id: talk\ntitle: A talk\nprofile: mine\ncloud: local\n"
        "window: {start: '2031-01-01T10:00', end: '2031-01-01T11:00', zone: Europe/Berlin}\n",
        encoding="utf-8",
    )
    assert write(Choices(event=tmp_path / "talk.yaml"), NOW, "local").profile.name == "mine"


def test_a_clip_becomes_the_source(tmp_path):
    script = write(Choices(source=tmp_path / "clip.mp4"), NOW, "local")
    assert (script.event.contribution.source.kind, script.event.contribution.source.name) == (
        "file",
        str(tmp_path / "clip.mp4"),
    )


def test_a_profile_that_nobody_ships_is_an_error_that_names_those_there_are():
    with pytest.raises(ConfigError, match="rehearsal-540p25"):
        write(Choices(profile="rehearsal-450p25"), NOW, "local")
