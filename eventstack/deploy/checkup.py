"""Measures this machine and lets `health` judge it: what `eventstack doctor` shows. Nothing is installed or changed."""

import ctypes
import os
import platform
import re
import resource
import shutil
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

from eventstack.deploy import backend, engine, engine_build, health, passphrase
from eventstack.deploy.health import Check
from eventstack.errors import ConfigError
from eventstack.node import binaries
from eventstack.settings import Settings

_LOCAL_PACKAGES = ("aiohttp", "joserfc", "m3u8", "mpegdash", "zmq")
_PLUGIN = "pulumi-resource-eventstack"
_WATCH_S = 0.1  # long enough to see a clock that is being stepped at this moment, short enough not to be noticed
_ASK_S = 15.0
_TIME_ERROR = 5  # adjtimex(2): the clock is not synchronised


def examine(settings: Settings, environ: Mapping[str, str] | None = None) -> Iterator[Check]:
    """Measure and judge everything that a run needs, one Check after the other, most telling first."""
    env = os.environ if environ is None else environ
    found = engine_check(settings, env)
    yield found
    yield health.plugin(_importable("eventstack.plugin.server"), _console_script(env))
    yield executable("ffmpeg", binaries.ffmpeg, "-version")
    yield executable("ffprobe", binaries.ffprobe, "-version")
    yield executable("packager", binaries.packager, "--version")
    yield executable("nginx", binaries.nginx, "-v")
    yield health.packages(tuple(name for name in _LOCAL_PACKAGES if not _importable(name)))
    yield health.python(sys.version_info[:3], sys.executable)
    yield health.ports(health.PORTS, _refused(health.PORTS))
    cache_wanted = health.DISK if found.status == "ok" else health.DISK_TO_BUILD
    for name, folder, wanted in (
        ("data", settings.data, health.DISK),
        ("state", settings.state, health.DISK),
        ("cache", settings.cache, cache_wanted),
    ):
        yield health.disk(name, folder, shutil.disk_usage(_existing(folder)).free, wanted)
    yield state_check(settings.state)
    yield health.passphrase(passphrase.inspect(settings))
    yield health.backend(backend.url(settings), backend.folder(settings))
    yield clock_check()
    yield health.open_files(*resource.getrlimit(resource.RLIMIT_NOFILE))
    yield health.udp_buffers(_number(Path("/proc/sys/net/core/rmem_max")))
    yield health.user(os.geteuid())


def engine_check(settings: Settings, environ: Mapping[str, str]) -> Check:
    """Look for the engine; when there is none, say what the next run will do about it."""
    wanted = f"{engine.PINNED} or newer"
    try:
        found, reasons = engine.find(settings, environ)
    except ConfigError as error:
        fault = error.faults[0]
        return Check("engine", fault.message, wanted, "missing", f"{fault.field}: {fault.hint}", fault.given or "")
    if found:
        return Check("engine", f"{found.version}, {found.way}", wanted, "ok", place=str(found.path))
    return Check("engine", "; ".join(reasons), wanted, "warn", _outlook(environ))


def _outlook(environ: Mapping[str, str]) -> str:
    go = engine_build.toolchain(environ)
    if isinstance(go, engine_build.Toolchain):
        fallback = f"one is built with Go {go.version} (some minutes)"
    elif _importable("pip"):
        fallback = "one is built with a Go that pip brings (some minutes)"
    else:
        fallback = "install the Pulumi CLI, or Go"
    return f"the first run fetches the vendor's release; if it can't, {fallback}"


def executable(name: str, find: Callable[[], Path], option: str) -> Check:
    """Find a program and have it say its version."""
    remedy = "pip install 'eventstack[local]'"
    try:
        path = find()
    except ConfigError as error:
        fault = error.faults[0]
        return health.program(name, None, "", fault.message, fault.hint or remedy)
    try:
        asked = subprocess.run(
            [str(path), option],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=_ASK_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return health.program(name, path, "", f"does not run: {error}", remedy)
    said = asked.stdout.strip().partition("\n")[0]
    if asked.returncode:
        return health.program(name, path, "", f"ended with code {asked.returncode}: {said[:120]}", remedy)
    version = re.search(r"v?\d+\.\d+(\.\d+)*", said)
    return health.program(name, path, version[0] if version else said[:40] or "runs", "", remedy)


def state_check(folder: Path) -> Check:
    """Look at the state directory, or at the place where it would be made."""
    writable = os.access(_existing(folder), os.W_OK | os.X_OK)
    mode = stat.S_IMODE(folder.stat().st_mode) if writable and folder.exists() else None
    return health.private(folder, writable, mode)


def clock_check() -> Check:
    """Watch the wall clock for a moment, beside the monotonic one."""
    wall, steady = time.time(), time.monotonic()
    time.sleep(_WATCH_S)
    drift_s = (time.time() - wall) - (time.monotonic() - steady)
    installed = datetime.fromtimestamp(Path(__file__).stat().st_mtime, UTC)
    return health.clock(datetime.now(UTC), installed, drift_s, _synchronised())


def _synchronised() -> bool | None:
    if platform.system() != "Linux":
        return None
    # adjtimex with modes = 0 only reads, which needs no privilege; struct timex is 208 bytes on 64-bit machines.
    state = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(512))
    return None if state < 0 else state != _TIME_ERROR


def _refused(count: int) -> str:
    try:
        with ExitStack() as stack:
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                for _ in range(count):
                    listener = stack.enter_context(socket.socket(socket.AF_INET, kind))
                    listener.bind(("127.0.0.1", 0))
    except OSError as error:
        return error.strerror or str(error)
    return ""


def _importable(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _console_script(environ: Mapping[str, str]) -> str | None:
    beside = str(Path(sys.executable).parent)
    return shutil.which(_PLUGIN, path=os.pathsep.join([beside, environ.get("PATH", os.defpath)]))


def _existing(folder: Path) -> Path:
    return next(place for place in (folder, *folder.parents) if place.exists())


def _number(path: Path) -> int | None:
    try:
        return int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
