"""The sender: the stand-in for a venue, a synthetic picture or a file in a loop, sent to the ingest address."""

import json
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from eventstack.errors import ConfigError, Fault
from eventstack.node import binaries, ffmpeg, progress
from eventstack.node import config as configs
from eventstack.node.part import Launch, Place
from eventstack.node.secrets_file import read_secret

FONTS = ("/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts", "/System/Library/Fonts")
"""Where fonts are looked for; without one there is no burnt-in timecode, the barcode needs none."""

_PROBE_S = 20.0


class Sender:
    """Sends until it is stopped, and calls again when the receiver hangs up (by its restart)."""

    kind = "sender"
    autostart = False
    start_order = 50

    def prepare(self, config: configs.Sender, place: Place) -> dict[str, Any]:
        """Look at the file, if it is to be one; raises ConfigError when it holds no picture."""
        if config.source.kind == "file":
            has_sound(config.source.path)
        return {}

    def launch(self, config: configs.Sender, place: Place) -> Launch | None:
        """None when the plan wants no stand-in (`kind` none)."""
        if config.source.kind == "none":
            return None
        directory = place.directory
        (directory / progress.FILE).unlink(missing_ok=True)
        passphrase = read_secret(Path(config.passphrase_file)) if config.passphrase_file else ""
        sound = config.source.kind == "file" and has_sound(config.source.path)
        return Launch(
            argv=ffmpeg.sender(
                binaries.ffmpeg(), config.ingest, config.latency_ms, passphrase, config.source, sound, find_font(FONTS)
            ),
            ready=lambda: progress.read(directory) is not None,
            stop_wait_s=1.0,
        )

    def health(self, config: configs.Sender, place: Place) -> dict[str, Any]:
        """What is being sent now."""
        report = progress.read(place.directory)
        return report.health(time.time()) if report else {}

    def verb(self, name: str, arguments: dict[str, Any], config: configs.Sender, place: Place) -> dict[str, Any]:
        """A sender has no verbs."""
        raise LookupError(f"a sender has no verb {name!r}")

    def remove(self, config: configs.Sender, place: Place) -> None:
        """Nothing of it lies outside of its directory."""


def find_font(directories: Iterable[str]) -> Path | None:
    """A font file for the timecode, one of fixed width if there is one."""
    fonts = sorted(font for directory in directories for font in Path(directory).rglob("*.ttf"))
    return min(fonts, key=lambda font: ("Mono" not in font.name, len(font.name)), default=None)


def has_sound(path: str) -> bool:
    """Whether the file holds sound; raises ConfigError when it can't be read, or holds no picture."""
    command = [str(binaries.ffprobe()), "-v", "error", "-of", "json", "-show_entries", "stream=codec_type", path]
    try:
        run = subprocess.run(command, capture_output=True, timeout=_PROBE_S, check=True, stdin=subprocess.DEVNULL)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as cause:
        said = (cause.stderr or b"").decode(errors="replace").strip() or "no answer in time"
        raise _no_picture(path, said) from cause
    kinds = {stream["codec_type"] for stream in json.loads(run.stdout).get("streams", [])}
    if "video" not in kinds:
        raise _no_picture(path, "it holds no picture")
    return "audio" in kinds


def _no_picture(path: str, reason: str) -> ConfigError:
    return ConfigError(
        Fault(
            f"the source can't be sent: {reason}",
            field="contribution.source.path",
            given=path,
            allowed="a file that ffmpeg reads, with a picture; sound is optional",
        )
    )
