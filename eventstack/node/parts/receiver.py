"""The receiver: takes the contribution feed over SRT and stamps it with the event's timeline.

Each start is a session with a label of its own, recorded in `timeline.json` beside the part's log, with how far
labels trail the wall clock (the wait for the sender, mostly): whoever turns labels into dates adds it.
"""

import os
import time
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from eventstack.errors import ConfigError, Fault
from eventstack.node import binaries, ffmpeg, progress, timeline
from eventstack.node import config as configs
from eventstack.node.listening import udp_bound
from eventstack.node.part import Launch, Place
from eventstack.node.secrets_file import read_secret, write_private
from eventstack.planning.parts import SecretRef

TIMELINE = "timeline.json"
"""Name of the record of sessions in the receiver's directory."""


class Receiver:
    """`ingest` is where a sender calls, `feed` where the stamped stream goes (transport stream over UDP)."""

    kind = "receiver"
    autostart = False
    start_order = 40

    def prepare(self, config: configs.Receiver, place: Place) -> dict[str, Any]:
        """Choose the ports and the passphrase; the address holds no secret."""
        file = _passphrase_file(config.passphrase, place)
        return {"ingest": _ingest(place), "passphrase_file": str(file) if file else "", "feed": _feed(place)}

    def launch(self, config: configs.Receiver, place: Place) -> Launch:
        """Open a new session; raises ConfigError when the epoch is not within reach of a label."""
        self.health(config, place)
        label = timeline.session_label(time.time(), config.epoch)
        sessions = timeline.read_sessions(place.directory / TIMELINE)
        (place.directory / progress.FILE).unlink(missing_ok=True)
        timeline.write_sessions(place.directory / TIMELINE, [*sessions, timeline.Session(float(label))])
        file = _passphrase_file(config.passphrase, place)
        secret = read_secret(file) if file else ""
        write_private(place.directory / ffmpeg.CONCAT, ffmpeg.ingest_script(_ingest(place), config.latency_ms, secret))
        port = place.port("ingest")
        return Launch(
            argv=ffmpeg.receiver(binaries.ffmpeg(), label, _feed(place)),
            ready=lambda: udp_bound(port),
            stop_wait_s=1.0,
        )

    def health(self, config: configs.Receiver, place: Place) -> dict[str, Any]:
        """What flows now; writes the session's lag down when it can be measured for the first time."""
        session = measured_session(place.directory, config.epoch)
        report = progress.read(place.directory)
        if not report or not session:
            return {}
        return report.health(time.time()) | {"label_s": session.label_s, "lag_s": session.lag_s}

    def verb(self, name: str, arguments: dict[str, Any], config: configs.Receiver, place: Place) -> dict[str, Any]:
        """A receiver has no verbs."""
        raise LookupError(f"a receiver has no verb {name!r}")

    def remove(self, config: configs.Receiver, place: Place) -> None:
        """Nothing of it lies outside of its directory."""


def measured_session(directory: Path, epoch: str) -> timeline.Session | None:
    """The session that flows through the receiver in `directory`, its lag measured; None before the first packet.

    Whoever asks first writes the measure into the record, where it stays for the session.
    """
    report, sessions = progress.read(directory), timeline.read_sessions(directory / TIMELINE)
    if not report or not sessions:
        return None
    session = sessions[-1]
    if not session.measured:
        trail = timeline.since_epoch(report.written, epoch) - Fraction(session.label_s + report.out_time_s)
        session = replace(session, lag_s=round(float(trail), 3), measured=True)
        timeline.write_sessions(directory / TIMELINE, [*sessions[:-1], session])
    return session


def flowing_label(directory: Path, now: float) -> Fraction | None:
    """The label that leaves the receiver in `directory` at `now` (seconds since 1970), None when no feed flows."""
    report, sessions = progress.read(directory), timeline.read_sessions(directory / TIMELINE)
    if not report or not sessions or report.ended or now - report.written > timeline.SETTLING:
        return None
    return Fraction(sessions[-1].label_s + report.out_time_s + max(now - report.written, 0.0))


def waiting_label(directory: Path) -> Fraction | None:
    """The label that the receiver in `directory` will give to the first packet; None unless it waits for one."""
    sessions = timeline.read_sessions(directory / TIMELINE)
    if not sessions or progress.read(directory):
        return None
    return Fraction(sessions[-1].label_s)


def _ingest(place: Place) -> str:
    return f"srt://127.0.0.1:{place.port('ingest')}"


def _feed(place: Place) -> str:
    return f"udp://127.0.0.1:{place.port('feed')}"


def _passphrase_file(reference: SecretRef | None, place: Place) -> Path | None:
    if reference is None:
        return None
    if reference.source == "generated":
        return place.secret("passphrase")
    if reference.source == "file":
        path = Path(reference.name)
    else:
        path = place.directory / "passphrase"
        if reference.name in os.environ:
            write_private(path, os.environ[reference.name])
    if not path.is_file():
        raise ConfigError(
            Fault(
                "the contribution's passphrase isn't where the plan says",
                field="contribution.passphrase",
                given=f"{reference.source} {reference.name}",
                allowed="a variable or a file that this machine can read, 10 to 79 characters",
            )
        )
    return path
