"""One life of a stack on a disk of its own that fills up, or is closed: `ill_disk.py HOME`, the call by standard input.

Runs in a mount namespace of its own, so that nobody else sees the disk. Prints a line of JSON for each step.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from eventstack.deploy.pulumi_deployer import PulumiDeployer
from eventstack.errors import EventstackError
from eventstack.planning.plan import StackPlan
from eventstack.settings import Settings
from eventstack.testing.fake_cloud import FakeCloud
from tests.deploy.programs.calling import a_deployer

SIZE = "8m"


def mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True, stdout=subprocess.DEVNULL)


class Disk:
    """A small file system at a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"
        folder.mkdir(parents=True)
        mount("-t", "tmpfs", "-o", f"size={SIZE},mode=700", "tmpfs", str(folder))

    def fill(self) -> None:
        """Leave not a byte."""
        with self._ballast.open("ab", buffering=0) as file:
            for size in (1 << 16, 1 << 12, 1):
                try:
                    while True:
                        file.write(bytes(size))
                except OSError:
                    continue

    def empty(self) -> None:
        self._ballast.unlink(missing_ok=True)

    def fill_for_a_moment(self) -> None:
        """Leave not a byte for a second: in it an engine fails to save more than once, and it goes on trying."""
        self.fill()
        threading.Timer(1.0, self.empty).start()

    def close(self) -> None:
        mount("-o", "remount,ro", str(self.folder))

    def open(self) -> None:
        mount("-o", "remount,rw", str(self.folder))


def say(step: str, call: Callable[[], Any]) -> None:
    try:
        call()
    except EventstackError as error:
        print(json.dumps({"step": step, "error": type(error).__name__, "text": str(error)}), flush=True)
    else:
        print(json.dumps({"step": step}), flush=True)


class Life:
    """The steps of one stack's life."""

    def __init__(self, call: dict[str, Any]) -> None:
        self.plan = StackPlan.from_json(call["plan"])
        self.cloud = FakeCloud.at(Path(call["cloud"]))
        self.call = call

    @property
    def deployer(self) -> PulumiDeployer:
        return a_deployer(self.call, Settings.from_environment())

    def preview(self) -> None:
        self.deployer.preview(self.plan)

    def up(self) -> None:
        self.deployer.up(self.plan, build_hash=self.plan.build_hash)

    def destroy(self) -> None:
        self.deployer.destroy(self.plan, reason="the end")

    def recover(self) -> None:
        left = self.deployer.recover(self.plan)
        assert left.mended, left

    def leave(self) -> None:
        deployer = self.deployer
        assert deployer.evidence(self.plan).clean
        deployer.forget(self.plan)

    def when(self, op: str, name: str, strike: Callable[[], None], call: Callable[[], None]) -> None:
        """Strike after the side effect and before the reply, if it comes to that; fails when it doesn't."""
        gate, over, struck = self.cloud.hold(op, name, when="after"), threading.Event(), threading.Event()

        def wait_and_strike() -> None:
            while not gate.reached and not over.wait(0.02):
                pass
            if gate.reached:
                strike()
                struck.set()
                gate.release()

        thread = threading.Thread(target=wait_and_strike)
        thread.start()
        try:
            call()
        finally:
            over.set()
            thread.join()
            assert struck.is_set()


def fills_up(life: Life, disk: Disk) -> None:
    say("preview", life.preview)
    disk.fill()
    say("up, full", life.up)
    disk.empty()
    say("up, filled in a create", lambda: life.when("create", "feed", disk.fill, life.up))
    disk.empty()
    say("up, torn", life.up)
    say("recover", life.recover)
    say("up", life.up)
    say("destroy", lambda: life.when("delete", "encoder", disk.fill_for_a_moment, life.destroy))
    say("leave", life.leave)


def is_closed(life: Life, disk: Disk) -> None:
    for step, call in (("preview", life.preview), ("up", life.up), ("destroy", life.destroy)):
        disk.close()
        say(f"{step}, closed", call)
        disk.open()
        say(step, call)
    say("leave", life.leave)


def main() -> None:
    call, disk = json.load(sys.stdin), Disk(Path(os.environ["EVENTSTACK_HOME"]))
    {"fills up": fills_up, "is closed": is_closed}[sys.argv[1]](Life(call), disk)


if __name__ == "__main__":
    main()
