"""How faults look on a terminal and as JSON."""

import json

import click
import pytest

from eventstack.cli import faults_display, main
from eventstack.cli.faults_display import as_json, colours, count, fields, render
from eventstack.errors import ConfigError, Fault
from eventstack.models.load import read_event
from eventstack.models.yaml_reader import read
from tests.models.documents import EVENT, bent

FAULT = Fault(
    "a number without its unit",
    file="talk.yaml",
    line=10,
    column=12,
    field="contribution.latency",
    given="200",
    allowed="a duration",
    hint="say its unit",
    quoted="  latency: 200",
    marked=12,
    span=3,
)


def plain(*faults: Fault, width: int = 100) -> str:
    return click.unstyle(render(faults, width=width))


def quoted(text: str, marked: int, span: int = 1, *, width: int = 100) -> tuple[str, str]:
    """The quoted line and the line of its mark, without the gutter."""
    _, line, mark = plain(Fault("x", file="f", line=1, quoted=text, marked=marked, span=span), width=width).split("\n")
    return line.partition("| ")[2], mark.partition("| ")[2]


def test_a_fault_is_shown_with_its_line_and_a_mark() -> None:
    assert plain(FAULT) == (
        "talk.yaml:10:12: contribution.latency: a number without its unit\n"
        "   10 |   latency: 200\n"
        "      |            ^^^\n"
        "  given: 200\n"
        "  allowed: a duration\n"
        "  to do: say its unit"
    )


def test_a_fault_without_a_line_has_no_quotation() -> None:
    assert plain(Fault("no such thing", field="cloud")) == "cloud: no such thing"


def test_a_real_files_fault_is_marked_where_it_is() -> None:
    with pytest.raises(ConfigError) as caught:
        read_event(read(bent(EVENT, "latency: 200ms", "latency: 200").encode(), "talk.yaml"))
    assert "   10 |   latency: 200\n      |            ^^^\n" in plain(*caught.value.faults)


def test_tabs_and_wide_characters_do_not_shift_the_mark() -> None:
    assert quoted("\ta: 5", 5) == ("    a: 5", "       ^")
    assert quoted("{ 題: 東京, b: 5 }", 14) == ("{ 題: 東京, b: 5 }", " " * 16 + "^")
    assert quoted("a: 東京", 4, 2) == ("a: 東京", "   ^^^^")
    assert quoted("e\u0301: 5", 5) == ("e\u0301: 5", "   ^")


@pytest.mark.parametrize("letter", ["x", "東"])
def test_a_long_line_is_cut_to_the_terminal_around_its_mark(letter: str) -> None:
    line, mark = quoted(f"{letter * 100}!{letter * 100}", 101, width=60)
    assert line.startswith("…")
    assert line.endswith("…")
    from rich.cells import cell_len

    assert cell_len(line) <= 60
    assert cell_len(line.partition("!")[0]) == mark.index("^")


def test_nothing_that_a_terminal_obeys_comes_through() -> None:
    evil = "\x1b]0;x\x07\x9b31m\u202e\udc80"
    text = plain(Fault(evil, file=evil, field=evil, line=1, given=evil, allowed=evil, hint=evil, quoted=evil, marked=1))
    assert all(char.isprintable() or char == "\n" for char in text)


def test_several_faults_are_counted_at_the_end() -> None:
    other = Fault("x", file="b.yaml")
    assert plain(FAULT, FAULT, other).endswith("\n3 faults in 2 files")
    assert count([FAULT, Fault("x", file="talk.yaml", severity="note")]) == "1 fault and 1 note in 1 file"
    assert count([Fault("x"), Fault("y")]) == "2 faults"


def test_a_note_says_that_it_is_one() -> None:
    assert plain(Fault("may be late", file="f", severity="note")) == "f: note: may be late"


def test_colours_are_a_question_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    assert colours() is None
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert colours() is True
    monkeypatch.setenv("FORCE_COLOR", "0")
    assert colours() is False
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    assert colours() is False


def test_a_terminal_gets_colours() -> None:
    assert "\x1b[31m" in render([FAULT])


def test_json_has_every_field_and_nothing_that_a_terminal_obeys() -> None:
    text = as_json(fields(Fault("\x1b\x7f\x9b\u200b\u202e\udc80\U000e0001 東", file="f", quoted="x", marked=1, span=1)))
    assert json.loads(text)["message"] == "\x1b\x7f\x9b\u200b\u202e\udc80\U000e0001 東"
    assert all(char.isprintable() or char == "\n" for char in text)
    assert json.loads(text).keys() == set(Fault.__dataclass_fields__)


def test_every_command_shows_faults_like_this(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(**_: object) -> int:
        raise ConfigError(FAULT, FAULT)

    monkeypatch.setattr(main.cli, "main", refuse)
    assert main.main([]) == 2
    error = capsys.readouterr().err
    assert error.startswith("talk.yaml:10:12: contribution.latency")
    assert "      |            ^^^\n" in error
    assert error.endswith("2 faults in 1 file\n")
    assert faults_display.render([FAULT])
