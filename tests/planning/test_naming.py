"""Names and tags: written once, read back without doubt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventstack.planning import naming

ids = st.from_regex(naming.ID, fullmatch=True)
identities = st.builds(naming.identity_tags, ids, ids, st.integers(1, 10**6), st.sampled_from(sorted(naming.PROJECTS)))


@given(identities)
def test_a_machines_directory_is_read_back(tags: dict[str, str]) -> None:
    assert naming.parse_node_directory_name(naming.node_directory_name(tags)) == tags


@given(identities, ids, st.text())
def test_a_tag_text_is_read_back(tags: dict[str, str], role: str, urn: str) -> None:
    whole = naming.role_tags(tags, role, urn)
    assert naming.parse_tag_text(naming.tag_text(whole)) == whole
    assert tuple(whole) == naming.TAG_KEYS


@pytest.mark.parametrize(
    "name",
    [
        "",
        "local.talk.i1",
        "local.talk.i0.event",
        "local.talk.1.event",
        "local.talk.i1.other",
        "local.talk.i1.event.bak",
        "L.t.i1.event",
    ],
)
def test_other_directories_are_not_ours(name: str) -> None:
    assert naming.parse_node_directory_name(name) is None


@pytest.mark.parametrize(
    "text", ["", "a/b/1/event/encoder", "a/b/one/event/encoder/0123456789ab", "a/b/1/event/x/0123"]
)
def test_other_texts_are_not_tags(text: str) -> None:
    with pytest.raises(ValueError, match="not a tag"):
        naming.parse_tag_text(text)


def test_a_tag_text_needs_every_tag() -> None:
    with pytest.raises(KeyError):
        naming.tag_text(naming.identity_tags("local", "talk", 1, "event"))


def test_names_are_these() -> None:
    tags = naming.identity_tags("local", "talk-20261122t1800", 1, "event")
    assert naming.node_directory_name(tags) == "local.talk-20261122t1800.i1.event"
    assert naming.stack_name("talk", 2) == "talk-i2"
    assert len(naming.urn_hash("urn:pulumi:x")) == 12


def test_each_incarnation_has_a_recording_of_its_own_that_no_other_occurrence_can_have():
    names = [naming.recording_name("talk", number) for number in (1, 2, 3)]
    assert names == ["talk", "talk.i2", "talk.i3"]
    assert all(naming.is_recording_name(name) for name in names)
    assert not naming.ID.fullmatch(names[1])
