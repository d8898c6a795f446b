"""One event's place in the archive. It has no process, and its files outlive it."""

from pathlib import Path
from typing import Any

from eventstack.node import config as configs
from eventstack.node.part import Launch, Place
from eventstack.node.parts import web_server
from eventstack.node.parts.edge_entry import recording_folder
from eventstack.node.secrets_file import private_directory


class Recording:
    """`directory` is where the publisher leaves the recording."""

    kind = "recording"
    autostart = True
    start_order = 4

    def prepare(self, config: configs.Recording, place: Place) -> dict[str, Any]:
        """Make the directory unless it is there; raises ConfigError for a name that is no occurrence's."""
        return {"directory": str(private_directory(_directory(config, place)))}

    def launch(self, config: configs.Recording, place: Place) -> Launch | None:
        """It has no process."""
        return None

    def health(self, config: configs.Recording, place: Place) -> dict[str, Any]:
        """How many cells there are of each track."""
        tracks = sorted(track for track in _directory(config, place).iterdir() if track.is_dir())
        return {"cells": {track.name: sum(1 for _ in track.glob("*.m4s")) for track in tracks}}

    def verb(self, name: str, arguments: dict[str, Any], config: configs.Recording, place: Place) -> dict[str, Any]:
        """A recording has no verbs."""
        return web_server.no_verb("a recording", name)

    def remove(self, config: configs.Recording, place: Place) -> None:
        """The files are kept: they are what remains of the event."""


def _directory(config: configs.Recording, place: Place) -> Path:
    return place.archive / recording_folder(config.folder or config.occurrence)
