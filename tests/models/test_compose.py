"""Profiles over profiles: the merge's laws, and which file a value or a fault is of."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventstack.errors import ConfigError, Fault
from eventstack.models.compose import Composed, compose, entered, overlay, settled
from eventstack.models.load import (
    MAX_BASES,
    check_base,
    compose_profile,
    load_profile,
    load_profile_of,
    profile_names,
    read_any,
    read_file,
    read_profile,
)
from eventstack.models.yaml_reader import Document, read
from tests.models.documents import EVENT, PROFILE, bent, write

KEYS = ["a", "b", "c"]
scalars = st.none() | st.integers(0, 3)
lists = st.lists(st.integers(0, 9), max_size=3)


def mappings(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    plain = st.dictionaries(st.sampled_from(KEYS), inner, max_size=3)
    adding = st.dictionaries(st.sampled_from([f"{key}+" for key in KEYS]), lists, max_size=2)
    return st.builds(
        lambda said, added: {**said, **{key: value for key, value in added.items() if key[:-1] not in said}},
        plain,
        adding,
    )


data = mappings(st.recursive(scalars | lists, mappings, max_leaves=6))
simple = st.dictionaries(
    st.sampled_from(KEYS),
    st.recursive(scalars | lists, lambda inner: st.dictionaries(st.sampled_from(KEYS), inner, max_size=3)),
    max_size=3,
)


def document(value: dict[str, Any], file: str = "f.yaml") -> Document:
    return Document(file, value)


def said(whole: Composed) -> tuple[Any, ...]:
    """All that a composed document says, and of whom each value is."""
    wrote = {path: (whole.source(path)[0].file, whole.source(path)[1]) for path in paths(whole.data)}
    return whole.data, whole.sealed, wrote


def paths(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(one for key, item in inner for one in paths(item, (*path, key)))]


@given(data, data, data)
def test_composing_is_associative(top: Any, middle: Any, bottom: Any) -> None:
    c, b, a = document(top, "c"), document(middle, "b"), document(bottom, "a")
    assert said(compose(compose(c, b), a)) == said(compose(c, compose(b, a)))


@given(data)
def test_nothing_over_or_under_a_document_changes_nothing(value: Any) -> None:
    empty = document({})
    assert compose(document(value), empty).data == value == compose(empty, document(value)).data


@given(simple)
def test_a_document_over_itself_is_itself(value: Any) -> None:
    assert compose(document(value), document(value)).data == value


@given(data, data)
def test_what_the_child_says_wins(top: Any, bottom: Any) -> None:
    whole = compose(document(top), document(bottom)).data
    for path in paths(top):
        value = at(top, path)
        if not isinstance(value, dict) and not any(str(part).endswith("+") for part in path):
            assert at(whole, path) == value


def at(value: Any, path: tuple[str | int, ...]) -> Any:
    for part in path:
        value = value[part]
    return value


def turned(value: Any) -> Any:
    """The same with every map's keys the other way round."""
    return {key: turned(value[key]) for key in reversed(value)} if isinstance(value, dict) else value


@given(data, data)
def test_the_order_of_keys_has_no_effect(top: Any, bottom: Any) -> None:
    c, b = document(top, "c"), document(bottom, "b")
    assert said(compose(document(turned(top), "c"), document(turned(bottom), "b"))) == said(compose(c, b))


@given(data, data)
def test_composing_changes_neither_document(top: Any, bottom: Any) -> None:
    before = repr((top, bottom))
    compose(document(top), document(bottom))
    assert repr((top, bottom)) == before


@given(data, data)
def test_what_is_settled_has_no_appendings_and_no_null_of_the_child(top: Any, bottom: Any) -> None:
    child, base = document(top, "c"), document(bottom, "b")
    whole = settled(compose(child, base), (child,))
    for path in paths(whole.data):
        assert not str(path[-1:]).endswith("+',)")
        if at(whole.data, path) is None:
            assert whole.source(path)[0] is base or isinstance(path[-1], int)


def test_maps_merge_lists_replace_and_null_removes() -> None:
    child = document({"m": {"x": 1, "gone": None}, "l": [3], "more+": [2], "s": {"y": 1}})
    base = document({"m": {"x": 0, "z": 2, "gone": 1}, "l": [1, 2], "more": [1], "s": 5})
    whole = settled(compose(child, base), (child,))
    assert whole.data == {"m": {"x": 1, "z": 2}, "l": [3], "more": [1, 2], "s": {"y": 1}}


def test_a_value_that_was_removed_can_be_said_again_above() -> None:
    c, b, a = document({"m": {"x": 1}}), document({"m": None}), document({"m": {"y": 2}})
    assert settled(compose(compose(c, b), a), (c, b)).data == {"m": {"x": 1}}


@pytest.mark.parametrize(
    ("child", "base", "message"),
    [
        ("m:\n  l+: 5\n", "m: {l: [1]}\n", "2:7: m.l+: not a list to append"),
        ("l+: [1]\nl: [2]\n", "", "1:1: l+: l is said here too"),
        ("l+: [1]\n", "l: 5\n", "1:1: l+: nothing to append to: l is no list in b.yaml:1"),
        ("l+: [1]\n", "l: null\n", "1:1: l+: nothing to append to: l is removed in b.yaml:1"),
        ("l+: [1]\n", "", "1:1: l+: nothing to append to: no base has such a list"),
    ],
)
def test_what_can_not_be_appended_is_a_fault(child: str, base: str, message: str) -> None:
    over = read(child.encode(), "c.yaml")
    under = read(base.encode(), "b.yaml") if base else document({})
    whole = settled(compose(over, under), (over,))
    assert [str(fault).split("\n")[0] for fault in whole.faults] == [f"c.yaml:{message}"]


def chain(folder: Path, **files: str) -> None:
    for name, text in files.items():
        write(folder, f"{name}.yaml", text)


def faults(path: Path, search: tuple[Path, ...] = ()) -> list[Fault]:
    with pytest.raises(ConfigError) as caught:
        read_profile(read_file(path), search)
    return list(caught.value.faults)


def test_a_profile_takes_from_several_levels(tmp_path: Path) -> None:
    chain(
        tmp_path,
        wide=PROFILE,
        middle="name: middle\nextends: wide\nladder:\n  preset: fast\n",
        top="name: top\nextends: ./middle.yaml\naudio:\n  tracks+:\n    - language: nb\nslate: false\n",
    )
    profile = load_profile("top", [tmp_path])
    assert (profile.name, profile.description, profile.slate) == ("top", None, None)
    assert (profile.ladder.preset, len(profile.ladder.renditions)) == ("fast", 2)
    assert [track.language for track in profile.audio.tracks] == ["en", "nb"]


def test_a_value_knows_the_file_and_line_that_wrote_it(tmp_path: Path) -> None:
    top = "name: top\nextends: wide\nladder:\n  preset: fast\naudio:\n  tracks+:\n    - language: nb\n"
    chain(tmp_path, wide=PROFILE, top=top)
    whole = compose_profile(read_file(tmp_path / "top.yaml"))
    assert whole.origin(("ladder", "preset")) == (str(tmp_path / "top.yaml"), 4)
    assert whole.origin(("ladder", "codec")) == (str(tmp_path / "wide.yaml"), 5)
    assert whole.origin(("audio", "tracks", 0, "language")) == (str(tmp_path / "wide.yaml"), 16)
    assert whole.origin(("audio", "tracks", 1, "language")) == (str(tmp_path / "top.yaml"), 7)
    assert whole.label(("audio", "tracks", 1)) == "profile top"
    assert whole.label(("ladder", "codec")) == "profile wide"
    assert whole.origin(("nobody", "said")) is None
    assert whole.label(("nobody",)) is None


def test_a_fault_points_at_the_file_that_wrote_the_value(tmp_path: Path) -> None:
    top = "name: top\nextends: base\naudio:\n  tracks+:\n    - language: en\n      channels: 5\n"
    chain(tmp_path, base=bent(bent(PROFILE, "name: wide", "name: base"), "slate: true", "slate: on"), top=top)
    first, second = faults(tmp_path / "top.yaml")
    assert (first.file, first.line, first.field) == (str(tmp_path / "base.yaml"), 29, "slate")
    assert (second.file, second.line, second.field) == (str(tmp_path / "top.yaml"), 6, "audio.tracks+[0].channels")
    assert second.quoted == "      channels: 5"


def test_a_rule_that_a_bases_value_breaks_says_where_it_can_be_changed(tmp_path: Path) -> None:
    chain(tmp_path, wide=PROFILE, top="name: top\nextends: wide\nladder:\n  frame_rate: 24fps\n")
    (fault,) = faults(tmp_path / "top.yaml")
    assert (fault.file, fault.line, fault.field) == (str(tmp_path / "wide.yaml"), 22, "packaging.segment")
    assert fault.hint
    assert f"say it in {tmp_path}/top.yaml, which extends this" in fault.hint


def test_what_a_null_removes_is_missing_at_that_null(tmp_path: Path) -> None:
    chain(tmp_path, wide=PROFILE, top="name: top\nextends: wide\nladder:\n  frame_rate: null\n")
    (fault,) = faults(tmp_path / "top.yaml")
    assert (fault.line, fault.column, fault.field) == (4, 15, "ladder.frame_rate")
    assert fault.message == "missing: null removes it here"


def test_a_null_takes_a_bases_value_back_to_the_default(tmp_path: Path) -> None:
    chain(tmp_path, wide=PROFILE, top="name: top\nextends: wide\narchive: null\ndrm: off\nmonitoring: null\n")
    profile = load_profile(tmp_path / "top.yaml")
    assert (profile.drm, profile.archive.vod, profile.monitoring.gates.hops) == (None, True, None)


def test_a_circle_is_refused_with_all_its_files(tmp_path: Path) -> None:
    chain(
        tmp_path,
        a="name: a\nextends: b\n",
        b="name: b\nextends: c\n",
        c=f"name: c\nextends: ./../{tmp_path.name}/a.yaml\n",
    )
    (fault,) = faults(tmp_path / "a.yaml")
    assert (fault.file, fault.line, fault.column) == (str(tmp_path / "c.yaml"), 2, 10)
    for name in ("a.yaml extends", "b.yaml extends", "c.yaml extends"):
        assert name in fault.message


def test_a_profile_that_extends_itself_is_a_circle(tmp_path: Path) -> None:
    chain(tmp_path, wide=PROFILE + "extends: wide\n")
    assert "a circle" in faults(tmp_path / "wide.yaml")[0].message


def test_too_many_levels_are_refused(tmp_path: Path) -> None:
    chain(tmp_path, p0=bent(PROFILE, "name: wide", "name: p0"))
    for level in range(1, MAX_BASES + 2):
        chain(tmp_path, **{f"p{level}": f"name: p{level}\nextends: p{level - 1}\n"})
    assert load_profile(f"p{MAX_BASES}", [tmp_path]).name == f"p{MAX_BASES}"
    (fault,) = faults(tmp_path / f"p{MAX_BASES + 1}.yaml")
    assert "too many profiles" in fault.message


@pytest.mark.parametrize(
    ("value", "message", "hint"),
    [
        ("wid", "no profile of that name", "did you mean wide?"),
        ("wid.yaml", "no such file", "wide.yaml?"),
        ("no-such-folder/wide.yaml", "no such file", "there is no folder"),
        ("[wide]", "not a profile's name", None),
        ("", "not a profile's name", None),
        ('"\\0"', "no profile of that name", None),
        ("x" * 5000, "no profile of that name", None),
    ],
)
def test_a_base_that_is_not_there_is_a_fault_of_extends(
    tmp_path: Path, value: str, message: str, hint: str | None
) -> None:
    chain(tmp_path, wide=PROFILE, top=f"name: top\nextends: {value}\n")
    (fault,) = faults(tmp_path / "top.yaml")
    assert (fault.line, fault.field, fault.message) == (2, "extends", message)
    assert not hint or hint in (fault.hint or "")


def test_a_missing_base_hides_no_fault_of_the_profile_itself(tmp_path: Path) -> None:
    chain(tmp_path, top="name: top\nextends: nobody-has-it\nladder:\n  preset: slowish\nslte: true\n")
    assert [fault.field for fault in faults(tmp_path / "top.yaml")] == ["extends", "ladder.preset", "slte"]


def test_a_broken_base_is_told_with_its_own_place(tmp_path: Path) -> None:
    chain(tmp_path, broken="a: [1\n", top="name: top\nextends: broken\n")
    assert [fault.file for fault in faults(tmp_path / "top.yaml")] == [str(tmp_path / "broken.yaml")]


def test_a_base_may_leave_out_what_it_must_say_and_is_no_profile(tmp_path: Path) -> None:
    chain(
        tmp_path,
        base="name: base\nabstract: true\nladder:\n  frame_rate: 25fps\n",
        wide=f"extends: base\n{bent(PROFILE, '  frame_rate: 25fps' + chr(10), '')}",
    )
    assert str(load_profile("wide", [tmp_path]).ladder.frame_rate) == "25fps"
    (fault,) = faults(tmp_path / "base.yaml")
    assert (fault.line, fault.field, fault.message) == (2, "abstract", "only a base")
    check_base(read_file(tmp_path / "base.yaml"))
    assert "base" not in profile_names([tmp_path])
    assert "base" in profile_names([tmp_path], bases=True)


def test_a_base_is_checked_as_far_as_it_goes(tmp_path: Path) -> None:
    chain(tmp_path, base="name: base\nabstract: true\nladder:\n  preset: slowish\n")
    with pytest.raises(ConfigError, match="not one of the choices") as caught:
        check_base(read_file(tmp_path / "base.yaml"))
    assert len(caught.value.faults) == 1


def test_abstract_is_a_yes_or_no(tmp_path: Path) -> None:
    chain(tmp_path, wide=PROFILE + "abstract: maybe\n")
    assert [fault.field for fault in faults(tmp_path / "wide.yaml")] == ["abstract"]
    chain(tmp_path, wide=PROFILE + "abstract: false\n")
    assert load_profile(tmp_path / "wide.yaml").name == "wide"


def test_a_profile_that_only_extends_is_known_as_one(tmp_path: Path) -> None:
    chain(tmp_path, small="name: small\nextends: talk-720p25\nslate: false\n")
    assert read_any(read_file(tmp_path / "small.yaml")).model.__class__.__name__ == "Profile"
    assert "small" in profile_names([tmp_path])


def event(text: str) -> Document:
    return read((EVENT + text).encode(), "event.yaml")


def test_an_events_overrides_lie_over_its_profile() -> None:
    over = event("overrides:\n  ladder:\n    preset: fast\n  audio:\n    tracks+:\n      - language: nb\n")
    whole = overlay(read(PROFILE.encode(), "wide.yaml"), over)
    assert whole.data["ladder"]["preset"] == "fast"
    assert whole.data["ladder"]["codec"] == "avc"
    assert whole.origin(("ladder", "preset")) == ("event.yaml", 17)
    assert whole.label(("ladder", "preset")) == "event talk-20261122"
    assert whole.label(("ladder", "codec")) == "profile wide"
    assert whole.origin(("audio", "tracks", 1, "language")) == ("event.yaml", 20)


def test_a_fault_of_an_override_points_into_the_event() -> None:
    over = event("overrides:\n  ladder:\n    preset: slowish\n")
    with pytest.raises(ConfigError) as caught:
        load_profile_of(over)
    (fault,) = caught.value.faults
    assert (fault.file, fault.line, fault.column, fault.field) == ("event.yaml", 17, 13, "overrides.ladder.preset")
    assert fault.quoted == "    preset: slowish"


def test_an_override_that_removes_is_missing_in_the_event() -> None:
    with pytest.raises(ConfigError) as caught:
        load_profile_of(event("overrides:\n  ladder: null\n  slate+: yes\n"))
    assert [(fault.line, fault.field) for fault in caught.value.faults] == [
        (16, "overrides.ladder"),
        (17, "overrides.slate+"),
    ]


def test_an_event_can_not_rename_its_profile() -> None:
    with pytest.raises(ConfigError, match=r"overrides\.extends: not for an event to say"):
        load_profile_of(event("overrides: {extends: wide}\n"))


def test_an_event_without_overrides_has_the_profile_itself() -> None:
    assert load_profile_of(event("")).model is load_profile_of(event("")).model
    profile = read(PROFILE.encode(), "wide.yaml")
    assert overlay(profile, event("")) is profile


def test_a_rewritten_profile_is_read_again(tmp_path: Path) -> None:
    chain(tmp_path, wide=PROFILE)
    assert load_profile("wide", [tmp_path]).slate
    chain(tmp_path, wide=bent(PROFILE, "slate: true", "slate: false"))
    assert not load_profile("wide", [tmp_path]).slate


def test_an_entered_document_has_the_places_of_its_file() -> None:
    one = entered(read(PROFILE.encode(), "wide.yaml"))
    assert one.mark(("ladder", "preset")) == read(PROFILE.encode(), "wide.yaml").mark(("ladder", "preset"))
