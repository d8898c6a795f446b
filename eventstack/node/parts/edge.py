"""The caching edge: the one place that viewers reach, and beside it the line-up's preview for those with the token.

Events add small entries of their own (`eventstack.node.parts.edge_entry`) and never change the edge itself.
"""

import json
import signal
import time
from pathlib import Path
from typing import Any

import psutil

from eventstack.errors import DeployError
from eventstack.node import config as configs
from eventstack.node import nginx, traffic
from eventstack.node.part import Launch, Place
from eventstack.node.parts import web_server
from eventstack.node.secrets_file import private_directory, read_secret, write_private

ENTRIES = "entries"
"""Folder of the events' entries in the edge's directory."""

RELOAD_S = 10.0
"""How long the edge may take to work by new entries (measured: 0.03 s)."""

_PREVIEW = "preview.json"


class Edge:
    """`address` for the public; `preview_address` with the token in `preview_credential_file` for the line-up."""

    kind = "edge"
    autostart = True
    start_order = 6

    def prepare(self, config: configs.Edge, place: Place) -> dict[str, Any]:
        """Choose the ports and the preview's token, write the configuration; entries stay as they are."""
        private_directory(place.directory / ENTRIES)
        token = place.secret("preview")
        text = nginx.edge(
            place.port("public"),
            place.port("preview"),
            read_secret(token),
            config.keys.rstrip("/"),
            config.archive.rstrip("/"),
            web_server.superuser(),
            web_server.connections(4096),
        )
        web_server.install(place, text)
        outputs = {
            "address": web_server.address(place, "public"),
            "preview_address": web_server.address(place, "preview"),
            "preview_credential_file": str(token),
        }
        write_private(place.directory / _PREVIEW, json.dumps(outputs))
        return outputs

    def launch(self, config: configs.Edge, place: Place) -> Launch:
        """Run nginx."""
        return web_server.launch(place, "public", "preview")

    def health(self, config: configs.Edge, place: Place) -> dict[str, Any]:
        """What the public asked in the last seconds, and which events are published."""
        lines = traffic.recent_lines(place.directory / nginx.ACCESS_LOG)
        published = sorted(mark.parent.name for mark in (place.directory / ENTRIES).glob("*/published"))
        return traffic.summary(lines, time.time(), place.port("public")) | {"published": published}

    def verb(self, name: str, arguments: dict[str, Any], config: configs.Edge, place: Place) -> dict[str, Any]:
        """An edge has no verbs; its entries have."""
        return web_server.no_verb("an edge", name)

    def remove(self, config: configs.Edge, place: Place) -> None:
        """Nothing of it lies outside of its directory."""


def preview(directory: Path) -> tuple[str, str]:
    """The preview's address and the path of its token, of the edge in `directory`; raises OSError before it is made."""
    outputs = json.loads((directory / _PREVIEW).read_text(encoding="utf-8"))
    return outputs["preview_address"], outputs["preview_credential_file"]


def reload(directory: Path) -> bool:
    """Make the edge in `directory` read its entries anew, and wait until no worker with the old ones takes requests.

    False when it does not run (its start will read them). Raises DeployError when it doesn't take them.
    """
    master = _master(directory)
    if master is None:
        return False
    try:
        former = master.children()
        master.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + RELOAD_S
        while time.monotonic() < deadline:
            if set(master.children()) - set(former) and not any(_takes_requests(worker) for worker in former):
                return True
            time.sleep(0.01)
    except psutil.NoSuchProcess:
        return False
    raise DeployError(f"the edge did not take its entries within {RELOAD_S:g} s; its error log says why")


def _master(directory: Path) -> psutil.Process | None:
    try:
        process = psutil.Process(int((directory / nginx.PID_FILE).read_text()))
        # a pid may have been given away: only a process that works in this very directory is the edge
        return process if Path(process.cwd()) == directory.resolve() else None
    except (FileNotFoundError, ValueError, psutil.Error):
        return None


def _takes_requests(worker: psutil.Process) -> bool:
    """Whether a worker still accepts: one that only finishes what it has says so in its title."""
    try:
        return "shutting down" not in " ".join(worker.cmdline()) and worker.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
