"""The YAML reader: the core schema of YAML 1.2, places, and bounds."""

import pytest

from eventstack.errors import ConfigError
from eventstack.models.core_schema import plain
from eventstack.models.yaml_reader import MAX_BYTES, MAX_DEPTH, Mark, dotted, read


def refused(content: bytes | str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        read(content if isinstance(content, bytes) else content.encode(), "f.yaml")
    return caught.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"),
        ("yes", "yes"),
        ("off", "off"),
        ("20:45", "20:45"),
        ("2026-11-22", "2026-11-22"),
        ("0o17", 15),
        ("017", 17),
        ("0x1F", 31),
        ("-12", -12),
        ("1_000", "1_000"),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        (".inf", float("inf")),
        ("-.INF", float("-inf")),
        ("true", True),
        ("False", False),
        ("tRUE", "tRUE"),
        ("", None),
        ("~", None),
        ("Null", None),
        ("nULL", "nULL"),
        ("<<", "<<"),
    ],
)
def test_a_plain_scalar_means_what_the_core_schema_says(text: str, value: object) -> None:
    assert plain(text) == value
    assert type(plain(text)) is type(value)


def test_a_quoted_scalar_is_text() -> None:
    assert read(b"a: '12'\nb: \"true\"\nc: |\n  1\n", "f").data == {"a": "12", "b": "true", "c": "1\n"}


def test_keys_are_text() -> None:
    assert read(b"1: a\ntrue: b\nNO: c\n", "f").data == {"1": "a", "true": "b", "NO": "c"}


def test_a_merge_key_is_an_ordinary_key() -> None:
    document = read(b"base: &b {x: 1}\nuse:\n  <<: *b\n", "f")
    assert document.data["use"] == {"<<": {"x": 1}}


def test_values_and_keys_have_places() -> None:
    document = read(b"a:\n  - x: 1\n    y: two\n", "f")
    assert document.mark(("a", 0, "y")) == Mark(3, 8)
    assert document.mark(("a", 0, "y"), key=True) == Mark(3, 5)
    assert document.mark(("a", 0, "missing")) == Mark(2, 5)
    assert document.written["a", 0, "y"] == "two"


def test_an_alias_repeats_a_value() -> None:
    assert read(b"a: &x [1, 2]\nb: *x\n", "f").data == {"a": [1, 2], "b": [1, 2]}


def test_a_byte_order_mark_is_no_content() -> None:
    assert read("\ufeffa: 1\n".encode(), "f").data == {"a": 1}


@pytest.mark.parametrize(
    ("content", "fragments"),
    [
        (b"", ("f.yaml:1", "empty")),
        (b"# only a comment\n", ("empty",)),
        (b"---\n...\n", ("empty",)),
        (b"- a\n- b\n", ("f.yaml:1:1", "not a mapping", "given: a list")),
        (b"just text\n", ("not a mapping", "given: just text")),
        (b"a: 1\n---\nb: 2\n", ("f.yaml:2:1", "several documents")),
        (b"a: 1\nb: 2\na: 3\n", ("f.yaml:3:1", "a: duplicate key", "line 1")),
        (b"a: !!python/object/apply:os.system [id]\n", ("f.yaml:1:4", "a tag", "python/object")),
        (b"a: !mine x\n", ("a tag", "!mine")),
        (b"a: *nobody\n", ("f.yaml:1:4", "an alias to nothing", "*nobody")),
        (b"a: &x\n  b: *x\n", ("f.yaml:2:6", "an alias inside the value")),
        (b"? [a, b]\n: 1\n", ("a key that is not plain text",)),
        (b"a: [1, 2\nb: 3\n", ("f.yaml:1:4", "a [ that is never closed")),
        (b"a:\n\t- b\n", ("f.yaml:2:1", "a tab")),
        (b"a: b: c\n", ("f.yaml:1:5", "a colon inside a text")),
        (b'a: "\\ud800"\n', ("half a character",)),
        (b"%YAML 1.1\n---\na: 1\n", ("another version of YAML", "given: 1.1")),
        (b"%YAML 1.3\n---\na: 1\n", ("f.yaml", "not YAML")),
        ("a: é\n".encode("latin-1"), ("f.yaml:1:4", "not UTF-8", "0xe9")),
        ("a: 1\n".encode("utf-16"), ("UTF-16",)),
        (b"a: 1\nb: \x00\x01\n", ("f.yaml:2:4", "binary", "U+0000")),
        (b"\x89PNG\r\n\x1a\n", ("not UTF-8",)),
    ],
)
def test_what_no_hand_writes_is_refused_with_its_place(content: bytes, fragments: tuple[str, ...]) -> None:
    text = str(refused(content))
    for fragment in fragments:
        assert fragment in text


def test_every_duplicate_is_reported_at_once() -> None:
    assert [fault.line for fault in refused("a: 1\na: 2\nb: 1\nb: 2\n").faults] == [2, 4]


def test_a_gigantic_file_is_refused_unread() -> None:
    assert "too large" in str(refused(b"a: " + b"x" * MAX_BYTES))


def test_deep_nesting_is_refused() -> None:
    assert "too deeply" in str(refused("a: " + "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1)))
    read(b"a: " + b"[" * (MAX_DEPTH - 1) + b"]" * (MAX_DEPTH - 1), "f")


def test_an_alias_bomb_is_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    assert "too much content" in str(refused("\n".join(lines)))


def test_a_path_reads_as_people_write_it() -> None:
    assert dotted(("ladder", "renditions", 1, "bitrate")) == "ladder.renditions[1].bitrate"
    assert dotted(()) is None


@pytest.mark.parametrize("text", ["? {0}\n: 1\n? {0}\n: 2\n", "a: *{0}\n", "a: !{0}!x b\n", "a: !{0} b\n", "{0}: 1\n"])
def test_what_is_said_of_a_word_without_end_has_one(text: str) -> None:
    error = refused(text.format("k" * 100_000))
    assert len(str(error)) + sum(len(fault.quoted or "") for fault in error.faults) < 2000
