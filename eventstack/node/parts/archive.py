"""The archive's server: an nginx over the machine's store of recordings, on the loopback, that only the edge asks."""

import time
from typing import Any

from eventstack.node import config as configs
from eventstack.node import nginx, traffic
from eventstack.node.part import Launch, Place
from eventstack.node.parts import web_server
from eventstack.node.secrets_file import private_directory


class Archive:
    """`address` is where recordings are served, `directory` where they lie; the store outlives this part."""

    kind = "archive"
    autostart = True
    start_order = 3

    def prepare(self, config: configs.Archive, place: Place) -> dict[str, Any]:
        """Choose the port, write the configuration, make the store unless it is there."""
        private_directory(place.archive)
        room = web_server.connections(1024)
        text = nginx.archive(place.port("http"), str(place.archive), web_server.superuser(), room)
        web_server.install(place, text)
        return {"address": web_server.address(place, "http"), "directory": str(place.archive)}

    def launch(self, config: configs.Archive, place: Place) -> Launch:
        """Run nginx."""
        return web_server.launch(place, "http")

    def health(self, config: configs.Archive, place: Place) -> dict[str, Any]:
        """What the edge asked lately."""
        lines = traffic.recent_lines(place.directory / nginx.ACCESS_LOG)
        return traffic.summary(lines, time.time(), place.port("http"))

    def verb(self, name: str, arguments: dict[str, Any], config: configs.Archive, place: Place) -> dict[str, Any]:
        """An archive has no verbs."""
        return web_server.no_verb("an archive", name)

    def remove(self, config: configs.Archive, place: Place) -> None:
        """Recordings are kept: nothing is undone."""
