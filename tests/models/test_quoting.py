"""Quoted lines: the mark stays where it belongs, and no secret is in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventstack.errors import ConfigError
from eventstack.models.document import dotted
from eventstack.models.load import read_event
from eventstack.models.quoting import LONGEST, Page, secretive, shown
from eventstack.models.yaml_reader import read
from tests.models.documents import EVENT, bent


def marked(text: str, column: int, span: int, *, hide: bool = False, line: int = 1) -> tuple[str, str]:
    """The quoted line, and what of it is marked."""
    quote = Page(text).quote(line, column, span, hide=hide)
    assert quote
    return quote.text, quote.text[quote.column - 1 : quote.column - 1 + quote.span]


def test_the_mark_covers_the_value() -> None:
    assert marked("a: 1\n  latency: 200\n", 12, 3, line=2) == ("  latency: 200", "200")


@pytest.mark.parametrize(
    "text",
    [
        "{ passphrase: hunter2hunter2, latency: 5 }",
        "{ passphrase: 'hunter2, hunter2', latency: 5 }",
        '{ "api_key": "hunter2\\"hunter2", latency: 5 }',
        "{ pasphrase: hunter2, latency: 5 }",
        "{ a: 'srt://x?passphrase=hunter2&b=1', latency: 5 }",
        "{ a: 'rtmp://user:hunter2@x/live', latency: 5 }",
        "{ token: 'hunter2', secret: hunter2hunter2hunter2, latency: 5 }",
    ],
)
def test_a_secret_before_the_mark_is_masked_and_the_mark_stays(text: str) -> None:
    quoted, under = marked(text, text.index("5 }") + 1, 1)
    assert under == "5"
    assert "hunter2" not in quoted
    assert "***" in quoted


@pytest.mark.parametrize(
    "line",
    [
        "passphrase: hunter2, and more # why",
        "passphrase: [hunter2, more]",
        "passphrase: {a: hunter2, b: more}",
        "stream-key: !!str hunter2more",
        "- passphrse: hunter2 more",
    ],
)
def test_a_secret_is_masked_whatever_its_form(line: str) -> None:
    quoted, _ = marked(line, 1, 1)
    assert "hunter2" not in quoted
    assert "more" not in quoted


@pytest.mark.parametrize("reference", ["generated", "none", "env:FEED", "file:feed.key"])
def test_a_reference_to_a_secret_is_shown(reference: str) -> None:
    line = f"{{ passphrase: {reference}, latency: 5 }}"
    assert marked(line, 3, 10) == (line, "passphrase")


@pytest.mark.parametrize(
    "text", ["a:\n  token: |\n    one\n\n      two\n    hunter2: [\n", 'secret: "a\n  hunter2: ["\n']
)
def test_the_lines_of_a_long_secret_are_masked(text: str) -> None:
    number = next(number for number, line in enumerate(text.split("\n"), 1) if "hunter2" in line)
    assert marked(text, 5, 1, line=number)[0].strip() == "***"


def test_what_is_hidden_is_masked_and_still_marked() -> None:
    assert marked("code: hunter2 # why", 7, 7, hide=True) == ("code: *** # why", "***")


def test_a_secret_that_an_alias_repeats_is_in_no_quotation() -> None:
    text = f"nicknames: &p hunter2hunter2\n{bent(EVENT, 'passphrase: generated', 'passphrase: *p')}"
    with pytest.raises(ConfigError) as caught:
        read_event(read(text.encode(), "event.yaml"))
    assert len(caught.value.faults) == 2
    assert "hunter2" not in repr(caught.value.faults)


def test_a_secret_of_a_wrong_type_is_not_given() -> None:
    with pytest.raises(ConfigError) as caught:
        read_event(read(bent(EVENT, "passphrase: generated", "passphrase: 8675309").encode(), "event.yaml"))
    assert "8675309" not in repr(caught.value.faults)


def test_a_very_long_line_is_cut_around_its_mark() -> None:
    quoted, under = marked(f"{'x' * 5000}here{'y' * 5000}", 5001, 4)
    assert under == "here"
    assert len(quoted) <= LONGEST + 2
    assert quoted.startswith("…")
    assert quoted.endswith("…")


def test_what_a_terminal_obeys_is_not_quoted() -> None:
    assert marked("a\x1b[31m\u202e: 1", 10, 1) == ("a�[31m�: 1", "1")


@pytest.mark.parametrize("name", ["passphrase", "Password", "api_key", "client-secret", "tokn", "passphrse"])
def test_names_of_secrets_are_known(name: str) -> None:
    assert secretive(name)


@pytest.mark.parametrize("name", ["keys", "latency", "title", "packaging", "broken", "systems", "scheme"])
def test_names_of_other_things_are_no_secrets(name: str) -> None:
    assert not secretive(name)


@given(st.text(max_size=60), st.integers(1, 80), st.integers(1, 80), st.booleans())
def test_a_mark_is_always_inside_or_just_after_its_line(text: str, column: int, span: int, hide: bool) -> None:
    quote = Page(text).quote(1, column, span, hide=hide)
    if quote:
        assert 1 <= quote.column <= len(quote.text) + 1
        assert quote.span >= 1


@pytest.mark.parametrize(
    "line",
    [
        "contribution: passphrase hunter2",
        "contribution: {passphrase hunter2}",
        "contribution: {passphrase:hunter2}",
        "contribution: {passphrase: {hunter2: 1, hunter2: 2}}",
        "contribution: {passphrase: !hunter2 }",
        "contribution: {passphrase: !!hunter2 x}",
        "contribution: {passphrase: !hunter2!x y}",
        "contribution: {passphrase: *hunter2 }",
        'contribution: {passphrase: "\\qhunter2"}',
        "contribution: {passphrase: evn:X, latency: 9s} # was hunter2",
        "contribution: {latency: 9s} # the passphrase is hunter2",
        "contribution: {pwd: hunter2}",
        "contribution: {psk: hunter2}",
        "contribution: {auth: hunter2}",
        "contribution: {credentials: hunter2}",
        "contribution: {kennwort: hunter2}",
        "contribution: {address: 'https://a/x.m3u8?sig=hunter2', lat: 1}",
        "contribution: {address: 'rtmp://a/live/hunter2', lat: 1}",
        "title: [1] # pass: a    hunter2",
    ],
)
def test_no_fault_repeats_what_stands_beside_a_secrets_name(line: str) -> None:
    kept = [old for old in EVENT.splitlines() if not old.startswith(("contribution", "title", " "))]
    with pytest.raises(ConfigError) as caught:
        read_event(read("\n".join([*kept, line]).encode(), "event.yaml"))
    assert caught.value.faults
    assert "hunter2" not in repr(caught.value.faults)
    assert "hunter2" not in str(caught.value)


def test_of_a_suspect_line_the_key_and_the_marked_value_are_quoted() -> None:
    assert marked("latency: 9s # the passphrase is x", 10, 2) == ("latency: 9s ***", "9s")


def test_of_a_line_beyond_measure_only_the_mark_is_quoted() -> None:
    text = "foo: 1 # {" + "pass: a b " * 12_000
    assert marked(text, 1, 3) == ("foo…", "foo")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("passphrase: a b", "passphrase: ***"),
        ("the password is x", "the password is ***"),
        ("passphrase x", "passphrase ***"),
        ("https://u:x@h/y", "https://***@h/y"),
        ("https://h/y?sig=x", "https://h/y?***"),
        ("rtmp://h/live/x", "rtmp://h/live/***"),
        ("https://h/token/x", "https://h/token/***"),
        ("https://h/a1b2c3d4e5f6a1b2c3d4e5f6/v1", "https://h/***/v1"),
        ("A secret garden", "A secret garden"),
        ("https://keys.example.org/speke/v2", "https://keys.example.org/speke/v2"),
    ],
)
def test_what_is_shown_of_a_text_has_no_secret(text: str, told: str) -> None:
    assert shown(text) == told


def test_a_key_is_cut_in_a_path() -> None:
    assert len(dotted(("k" * 100_000, "b")) or "") < 100
    assert dotted(("passphrase", "hunter2", 0)) == "passphrase.***"
