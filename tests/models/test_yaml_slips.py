"""What the reader says of text that is no YAML: where the slip is, not where the parser gave up."""

import pytest

from eventstack.errors import ConfigError, Fault
from eventstack.models.yaml_reader import read


def fault(text: str) -> Fault:
    with pytest.raises(ConfigError) as caught:
        read(text.encode(), "f.yaml")
    return caught.value.faults[0]


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("title: 2. Bundesliga: x", 1, 21, "a colon inside a text"),
        ("t: it's: x", 1, 8, "a colon inside a text"),
        ("a:\n  s: 1\n   e: 2\n  z: 3", 3, 4, "indented further than the line above, which has its value"),
        ("a:\n   b: 1\n  c: 2", 3, 3, "indented like no line above"),
        ("  a: 1\nb: 2", 2, 1, "indented like no line above"),
        ("- a\nb: 1", 2, 1, "a key among the entries of a list, or an entry among keys"),
        ("a:\n  s:2027\n  z: 1", 2, 4, "no space after the colon"),
        ("b: 1\ns:2027", 2, 2, "no space after the colon"),
        ("a:\n\ts: 1", 2, 1, "a tab in the indentation"),
        ('a: x\nt: "t\nb:\n  c: 1', 2, 4, "a quote that is never closed"),
        ("a: x\nt: 't\nb:\n  c: 1", 2, 4, "a quote that is never closed"),
        ('a: "x"\nt: "t\nb: "y"\n', 2, 4, "a quote that is never closed"),
        ("a: {b: 1\n", 1, 4, "a { that is never closed"),
        ("a: {b, c", 1, 4, "a { that is never closed"),
        ("a: [1, 2\nc: 2", 1, 4, "a [ that is never closed"),
        ("a: {b: 1,\n  c: 2 d: 3}", 2, 9, "neither a comma nor } after a value"),
        ("i: x\ncloud:\u00a0local\nb: 1", 2, 7, "a space that is none"),
        ("i: x\n\u3000\u3000b: 1: 2", 2, 1, "a space that is none"),
        ("b: 1\na", 2, 1, "a line without a colon"),
        ("a\nb: 1", 1, 1, "a line without a colon"),
        ('a: "x" y', 1, 8, "text behind a closing quote"),
        ("a: @x", 1, 4, "a text that begins with @"),
        ("a: *", 1, 4, "a text that begins with *"),
        ('a: "\\q"', 1, 6, "a backslash in a text in double quotes"),
        ("a: - b", 1, 4, "an entry of a list behind its key"),
        ("a: {b: 1}}", 1, 10, "a } that nothing before asks for"),
    ],
)
def test_a_slip_is_told_at_its_place_with_what_to_do(text: str, line: int, column: int, message: str) -> None:
    found = fault(text)
    assert (found.line, found.column, found.message) == (line, column, message)
    assert found.allowed
    assert found.hint
    assert found.quoted == text.split("\n")[line - 1].replace("\u00a0", "\ufffd").replace("\u3000", "\ufffd")


def test_an_odd_space_is_named() -> None:
    assert fault("i: x\ncloud:\u00a0local\nb: 1").given == "U+00A0 (no-break space)"


def test_a_colon_in_text_shows_the_key_with_quotes() -> None:
    assert fault("title: 2. Bundesliga: x").hint == 'put the whole text in quotes: title: "…"'
    assert fault('title: the "cup": x').hint == "put the whole text in quotes: title: '…'"


def test_the_text_of_a_secret_is_not_repeated() -> None:
    for text in ("passphrase:s3cret\nb: 1", 'passphrase: "s3cret', "passphrase: s3: cret", "passphrase: {s3cret"):
        assert "cret" not in repr(fault(text))
