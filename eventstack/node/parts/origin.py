"""The origin: an nginx over the publisher's folder, on the loopback, that only the edge asks."""

import time
from typing import Any

from eventstack.node import config as configs
from eventstack.node import nginx, traffic
from eventstack.node.part import Launch, Place
from eventstack.node.parts import web_server


class Origin:
    """`address` is where the folder is served."""

    kind = "origin"
    autostart = True
    start_order = 5

    def prepare(self, config: configs.Origin, place: Place) -> dict[str, Any]:
        """Choose the port, write the configuration."""
        room = web_server.connections(1024)
        text = nginx.origin(place.port("http"), config.root, web_server.superuser(), room)
        web_server.install(place, text)
        return {"address": web_server.address(place, "http")}

    def launch(self, config: configs.Origin, place: Place) -> Launch:
        """Run nginx."""
        return web_server.launch(place, "http")

    def health(self, config: configs.Origin, place: Place) -> dict[str, Any]:
        """What the edge asked lately."""
        lines = traffic.recent_lines(place.directory / nginx.ACCESS_LOG)
        return traffic.summary(lines, time.time(), place.port("http"))

    def verb(self, name: str, arguments: dict[str, Any], config: configs.Origin, place: Place) -> dict[str, Any]:
        """An origin has no verbs."""
        return web_server.no_verb("an origin", name)

    def remove(self, config: configs.Origin, place: Place) -> None:
        """Nothing of it lies outside of its directory."""
