"""A node whose parts are tiny: run as a script, it supervises the node directory given to it.

What a dummy does is said in the configuration field that a real part would use for an address.
"""

import shutil
import sys
from pathlib import Path
from typing import Any

from eventstack.errors import ConfigError, Fault
from eventstack.node.__main__ import main
from eventstack.node.part import Launch, Place
from eventstack.node.supervised import Patience

QUICK = Patience(
    tick_s=0.02, ready_s=1.5, fast_s=10.0, fast_failures=3, retry_max_s=0.1, failed_retry_s=0.3, stop_s=5.0
)

COMMANDS = {
    "sleep": ["sleep", "300"],
    "changed": ["sleep", "301"],
    "family": ["sh", "-c", "sleep 300 & sleep 300 & wait"],
    "stubborn": ["sh", "-c", "trap '' TERM; sleep 300 & while :; do wait; sleep 0.1; done"],
    "dies": ["sh", "-c", "echo the input is no picture; exit 3"],
    "nameless": ["env", "-i", "sh", "-c", "sleep 300 & wait"],
    "elsewhere": ["env", "-i", "sh", "-c", "exec 3>>held.txt; cd /; exec sleep 300"],
    "blind": ["sleep", "300"],
    "unfinishable": ["sleep", "300"],
}


class Dummy:
    def __init__(self, kind: str, field: str, *, autostart: bool, start_order: int) -> None:
        self.kind = kind
        self.field = field
        self.autostart = autostart
        self.start_order = start_order

    def prepare(self, config: Any, place: Place) -> dict[str, Any]:
        self._say(place, "prepare")
        return {"address": f"http://127.0.0.1:{place.port('http')}", "secret_file": str(place.secret("one"))}

    def launch(self, config: Any, place: Place) -> Launch | None:
        what = getattr(config, self.field)
        if what == "none":
            return None
        if what == "hopeless":
            raise ConfigError(Fault("it can't be had", hint="plan it again"))
        self._say(place, f"launch {place.runs}")
        return Launch(
            COMMANDS[what],
            ready=lambda: what not in ("blind", "dies"),
            stop_wait_s=0.3,
            restart_delay_s=0.02,
        )

    def health(self, config: Any, place: Place) -> dict[str, Any]:
        return {"runs": place.runs}

    def verb(self, name: str, arguments: dict[str, Any], config: Any, place: Place) -> dict[str, Any]:
        if name not in ("publish", "unpublish", "finish", "slate", "fail"):
            raise LookupError(name)
        if name == "fail" or (name == "finish" and getattr(config, self.field) == "unfinishable"):
            raise RuntimeError("it would not")
        self._say(place, name)
        return {"verb": name, **arguments}

    def remove(self, config: Any, place: Place) -> None:
        shutil.copy(place.directory / "said.txt", place.archive / f"{place.name}-said.txt")

    def _say(self, place: Place, word: str) -> None:
        with (place.directory / "said.txt").open("a") as file:
            file.write(word + "\n")


PARTS = {
    part.kind: part
    for part in (
        Dummy("origin", "root", autostart=True, start_order=5),
        Dummy("sender", "ingest", autostart=False, start_order=50),
        Dummy("packager", "stream", autostart=False, start_order=20),
        Dummy("encoder", "feed", autostart=False, start_order=30),
        Dummy("publisher", "packager_directory", autostart=False, start_order=10),
    )
}


def said(node: Path, part: str) -> list[str]:
    return (node / "parts" / part / "said.txt").read_text().split("\n")[:-1]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], PARTS, QUICK))
