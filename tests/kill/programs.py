"""The program of the kill matrix on the fake cloud: three things, of which one needs another."""

import os
import time
from pathlib import Path

import pulumi

from eventstack.planning.parts import Build
from eventstack.testing.thing import Thing


def chain(build: Build) -> None:
    """`feed` and `archive` stand alone, `encoder` needs `feed`; waits before all where a test says so."""
    _wait()
    feed = Thing("feed", {"path": build.cdn.path if build.cdn else ""}, tags=build.tags)
    Thing("archive", {}, tags=build.tags)
    encoder = Thing("encoder", {"feed": feed.arn}, tags=build.tags)
    pulumi.export("ingest", feed.arn)
    pulumi.export("encoder", encoder.arn)


def _wait() -> None:
    gate = os.environ.get("KILL_GATE", "")
    if not gate or pulumi.runtime.is_dry_run():
        return
    (Path(gate) / "reached").touch()
    deadline = time.monotonic() + 60
    while not (Path(gate) / "open").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
