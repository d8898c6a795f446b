import io
from pathlib import Path

from rich.console import Console

from eventstack.rehearsal.conduct import Result
from eventstack.rehearsal.summary import summary
from eventstack.scheduler.as_run import AsRun

WHY = "edge was broken on air: v234: newest segment is 7.2 s old; " * 3
FACTS = {
    "verification": {},
    "evidence": [],
    "broken_hops": [{"hop": "edge"}],
    "machine": {"cores": 2, "load": 14.8},
}


def text(result, width=None):
    console = Console(width=width or 140, file=io.StringIO(), record=True)
    console.print(summary(result, width), soft_wrap=width is None)
    return console.export_text()


def result(ok, why=WHY):
    return Result(ok, why, "final", AsRun(Path("as-run.json"), {}), FACTS)


def test_a_long_reason_folds_below_its_beginning_on_a_terminal():
    lines = text(result(ok=False), 80).splitlines()
    first = next(number for number, line in enumerate(lines) if line.lstrip().startswith("result"))
    assert len(lines) > first + 1
    assert all(line.startswith(" " * 24) and line[24] != " " for line in lines[first + 1 :])


def test_a_long_reason_is_one_line_in_a_file():
    assert WHY.strip() in text(result(ok=False))


def test_a_failure_on_a_busy_machine_says_so_and_success_does_not():
    assert "load average 14.8 on 2 cores" in text(result(ok=False))
    assert "load average" not in text(result(ok=True))
