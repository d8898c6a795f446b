"""The frame of the command line: what help loads, and what errors look like."""

import ast
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

import eventstack
from eventstack.cli import main as frame
from eventstack.errors import ConfigError, Fault, Final, Refused

HEAVY = {
    "pulumi",
    "pydantic",
    "rich",
    "msgspec",
    "grpc",
    "ruamel",
    "aiohttp",
    "psutil",
    "platformdirs",
    "importlib.metadata",
}
ROOT = Path(eventstack.__file__).parent.parent


def loaded_by(code: str) -> set[str]:
    """Modules that a fresh interpreter has loaded after `code`."""
    asked = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\nprint(chr(10) + repr(sorted(sys.modules)))"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    return set(ast.literal_eval(asked.stdout.splitlines()[-1]))


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "eventstack", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Put a function in the place of the command `plan`."""

    def put(body: Callable[[], object]) -> None:
        monkeypatch.setattr(frame.LazyGroup, "get_command", lambda *_: click.Command("plan", callback=body))

    return put


def test_importing_the_package_loads_nothing_heavy() -> None:
    modules = loaded_by("import eventstack")
    assert modules & (HEAVY | {"click", "dataclasses", "importlib.metadata"}) == set()
    assert {name for name in modules if name.startswith("eventstack.")} == set()


def test_help_loads_click_and_the_frame_only() -> None:
    modules = loaded_by("from eventstack.cli.main import main\nassert main(['--help']) == 0")
    assert modules & HEAVY == set()
    assert {name for name in modules if name.startswith("eventstack.")} == {"eventstack.cli", "eventstack.cli.main"}


def test_help_names_every_command_under_a_heading() -> None:
    shown = run("-h")
    assert shown.returncode == 0
    for name, entry in frame.COMMANDS.items():
        assert f"  {name}" in shown.stdout
        assert f"{entry.heading}:" in shown.stdout


def test_the_version_is_told_without_any_metadata() -> None:
    shown = run("--version")
    assert (shown.returncode, shown.stdout) == (0, f"eventstack {eventstack.__version__}\n")


@pytest.mark.parametrize("name", sorted(frame.COMMANDS))
def test_every_command_of_the_table_is_there_and_explains_itself(name: str) -> None:
    # a process of its own: click keeps the help option of a command that a test has invoked without its group
    shown = run(name, "-h")
    assert shown.returncode == 0
    assert shown.stdout.startswith(f"Usage: eventstack {name} ")


def test_an_unknown_command_is_answered_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert frame.main(["rehears"]) == 2
    assert "Did you mean rehearse" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (ConfigError(Fault("no such profile", file="event.yaml", line=3)), 2, "event.yaml:3: no such profile"),
        (Refused("not now", rule="on air is not touched"), 3, "rule: on air is not touched"),
        (Final("no engine"), 1, "no engine"),
    ],
)
def test_an_error_of_ours_is_text_with_its_exit_code(
    error: Exception,
    code: int,
    text: str,
    command: Callable[[Callable[[], object]], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail() -> None:
        raise error

    command(fail)
    assert frame.main(["plan"]) == code
    shown = capsys.readouterr()
    assert text in shown.err
    assert "Traceback" not in shown.err
    assert shown.out == ""


def test_an_interrupt_is_one_line_and_130(
    command: Callable[[Callable[[], object]], None], capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    command(interrupt)
    assert frame.main(["plan"]) == 130
    assert capsys.readouterr().err.strip() == "eventstack: interrupted"


def test_a_fault_of_the_program_keeps_its_traceback(command: Callable[[Callable[[], object]], None]) -> None:
    def fault() -> None:
        raise ZeroDivisionError

    command(fault)
    with pytest.raises(ZeroDivisionError):
        frame.main(["plan"])


def test_a_missing_extra_is_named(
    command: Callable[[Callable[[], object]], None], capsys: pytest.CaptureFixture[str]
) -> None:
    def missing() -> None:
        raise ModuleNotFoundError("No module named 'aiohttp'", name="aiohttp")

    command(missing)
    assert frame.main(["plan"]) == 1
    assert "pip install 'eventstack[local]'" in capsys.readouterr().err


def test_a_command_says_its_own_exit_code(command: Callable[[Callable[[], object]], None]) -> None:
    command(lambda: click.get_current_context().exit(7))
    assert frame.main(["plan"]) == 7


def test_a_reader_that_goes_away_is_no_traceback() -> None:
    program = (
        "import click, sys\n"
        "from eventstack.cli import main as frame\n"
        "def many():\n"
        "    for _ in range(100000): print('line')\n"
        "frame.LazyGroup.get_command = lambda *_: click.Command('plan', callback=many)\n"
        "sys.exit(frame.main(['plan']))\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        process.stdout.close()
        said = process.stderr.read()
        assert process.wait(20) == 141
    assert said == ""


@pytest.mark.parametrize("redirection", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
def test_a_closed_stream_is_no_fault(tmp_path: Path, redirection: str) -> None:
    line = f'"{sys.executable}" -m eventstack sweep {redirection}'
    environment = {"EVENTSTACK_HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    ended = subprocess.run(line, shell=True, cwd=ROOT, env=environment, capture_output=True, timeout=30, check=False)
    assert (ended.returncode, ended.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_below_standard_output_is_said_in_words(tmp_path: Path) -> None:
    with open("/dev/full", "w") as full:  # noqa: PTH123
        command = [sys.executable, "-m", "eventstack", "sweep"]
        environment = {"EVENTSTACK_HOME": str(tmp_path)}
        ended = subprocess.run(
            command, cwd=ROOT, env=environment, stdout=full, stderr=subprocess.PIPE, timeout=30, check=False
        )
    assert (ended.returncode, ended.stderr) == (1, b"eventstack: standard output: No space left on device\n")


def test_a_command_whose_reader_goes_away_ends_as_after_sigpipe(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.yaml").write_text("id: 1\n")
    line = f'set -o pipefail; "{sys.executable}" -m eventstack validate {tmp_path}/*.yaml {tmp_path}/*.yaml | true'
    ended = subprocess.run(["bash", "-c", line], cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    assert (ended.returncode, ended.stderr) == (141, "")
