"""The encoder: one feed in, one transport stream with the whole ladder out, cut on the event's grid.

The slate is part of it: drawn over the picture and the sound muted, switched within a frame by a command over a socket
in the part's own directory, and remembered, so that a restart does not lift it.
"""

import os
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

from eventstack.errors import DeployError
from eventstack.node import binaries, ffmpeg, progress, timeline
from eventstack.node import config as configs
from eventstack.node.listening import port_of, udp_bound
from eventstack.node.part import Launch, Place
from eventstack.node.parts import receiver

_SLATE = "slate"
_ANSWER_MS = 1500


class Encoder:
    """`stream` is where the transport stream goes: the renditions in the plan's order, then the sounds."""

    kind = "encoder"
    autostart = False
    start_order = 30

    def prepare(self, config: configs.Encoder, place: Place) -> dict[str, Any]:
        """Choose the port of the stream."""
        return {"stream": _stream(place)}

    def launch(self, config: configs.Encoder, place: Place) -> Launch:
        """Choose the first cell from what the receiver of this node says; without one, from the clock."""
        now = time.time()
        feed = waiting = None
        if before := place.others.get("receiver"):
            feed, waiting = receiver.flowing_label(before, now), receiver.waiting_label(before)
        cell = Fraction(config.segment.duration)
        label = timeline.first_cell_label(now, config.epoch, cell, feed, waiting)
        (place.directory / progress.FILE).unlink(missing_ok=True)
        slate_on = (place.directory / _SLATE).exists()
        port = port_of(config.feed)
        return Launch(
            argv=ffmpeg.encoder(binaries.ffmpeg(), config, _stream(place), label, slate_on),
            ready=lambda: udp_bound(port),
            # blocked in a read it hears no signal, and it holds nothing that is worth a wait
            stop_wait_s=0.5,
        )

    def health(self, config: configs.Encoder, place: Place) -> dict[str, Any]:
        """How the encoding goes (`speed` 1 keeps pace), and whether the slate is on."""
        report = progress.read(place.directory)
        slate = {"slate": (place.directory / _SLATE).exists()}
        return report.health(time.time()) | slate if report else slate

    def verb(self, name: str, arguments: dict[str, Any], config: configs.Encoder, place: Place) -> dict[str, Any]:
        """`slate {"on": bool}` → {"on", "applied"}: not applied means that it will be when pictures come again.

        Raises LookupError for another verb, or when the plan gave this encoder no slate; DeployError when the
        encoder refuses the command.
        """
        if name != "slate" or not config.slate:
            raise LookupError(f"this encoder has no verb {name!r}")
        on = bool(arguments["on"])
        if on:
            (place.directory / _SLATE).touch()
        else:
            (place.directory / _SLATE).unlink(missing_ok=True)
        return {"on": on, "applied": _switch(place.directory, on)}

    def remove(self, config: configs.Encoder, place: Place) -> None:
        """Nothing of it lies outside of its directory."""


def _stream(place: Place) -> str:
    return f"udp://127.0.0.1:{place.port('stream')}"


def _switch(directory: Path, on: bool) -> bool:
    """Tell the running encoder; False when it does not answer: it hears commands only while pictures pass."""
    import zmq

    if not (directory / ffmpeg.SLATE_SOCKET).is_socket():
        return False
    # a socket's path is limited to 107 bytes, a descriptor's name for the directory is short
    descriptor = os.open(directory, os.O_PATH | os.O_DIRECTORY)
    try:
        with zmq.Context() as context, context.socket(zmq.REQ) as socket:
            socket.setsockopt(zmq.LINGER, 0)
            socket.setsockopt(zmq.RCVTIMEO, _ANSWER_MS)
            socket.connect(f"ipc:///proc/self/fd/{descriptor}/{ffmpeg.SLATE_SOCKET}")
            for target in ffmpeg.SLATE_TARGETS:
                socket.send_string(f"{target} enable {int(on)}")
                answer = socket.recv_string()
                if not answer.startswith("0 "):
                    raise DeployError(f"the encoder refused the slate: {answer.strip()}")
    except zmq.Again:
        return False
    finally:
        os.close(descriptor)
    return True
