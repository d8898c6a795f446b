"""The packager: Shaka Packager cuts the encoder's stream into cells and encrypts them.

All streams come from one transport stream, so that they keep their sync; each run has a folder of its own, because
a packager that starts again knows nothing of its former run; segments are named by time, which is the same in every
run and on every path. Its playlists are made but not used: the publisher writes ours.
"""

import hashlib
import hmac
import json
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from eventstack.errors import ConfigError, Fault, Retryable
from eventstack.node import binaries
from eventstack.node import config as configs
from eventstack.node.listening import port_of, udp_bound
from eventstack.node.part import Launch, Place
from eventstack.node.secrets_file import read_secret, write_private

KEPT_RUNS = 5
"""Folders of runs that are kept; the publisher has taken what it wants from the older ones."""

SHIFT_S = 60
KEPT_SEGMENTS = 64
"""What stays on disk: `SHIFT_S` seconds in the packager's own window, and so many segments a track behind it."""

_FLAGS = "packager.flags"
_KEY_SERVICE_S = 3.0
_SYSTEMS = {"widevine": "Widevine", "playready": "PlayReady"}


class Packager:
    """`directory` holds one folder a run: `<run>/<track>/init.mp4` and `<run>/<track>/<start in ticks>.m4s`."""

    kind = "packager"
    autostart = False
    start_order = 20

    def prepare(self, config: configs.Packager, place: Place) -> dict[str, Any]:
        """Make the folder of runs."""
        runs = place.directory / "runs"
        runs.mkdir(exist_ok=True)
        return {"directory": str(runs)}

    def launch(self, config: configs.Packager, place: Place) -> Launch:
        """Fetch the keys into a private file and begin a run; raises Retryable when the key service is away."""
        runs = place.directory / "runs"
        _prune(runs, KEPT_RUNS - 1)
        run = runs / str(place.runs)
        for track in config.tracks:
            (run / track.name).mkdir(parents=True, exist_ok=True)
        if config.drm:
            keys = _fetch_keys(config.drm)
            write_private(place.directory / _FLAGS, encryption_flags(config.drm, keys))
        port = port_of(config.stream)
        return Launch(
            argv=arguments(binaries.packager(), config, f"runs/{place.runs}", _FLAGS if config.drm else None),
            ready=lambda: udp_bound(port),
            stop_wait_s=1.0,
        )

    def health(self, config: configs.Packager, place: Place) -> dict[str, Any]:
        """The newest run, and for each track how many segments lie there and how old the newest is (seconds)."""
        runs = _runs(place.directory / "runs")
        if not runs:
            return {}
        now = time.time()
        tracks = {track.name: _segments(runs[-1] / track.name, now) for track in config.tracks}
        return {"run": int(runs[-1].name), "tracks": tracks}

    def verb(self, name: str, arguments: dict[str, Any], config: configs.Packager, place: Place) -> dict[str, Any]:
        """A packager has no verbs."""
        raise LookupError(f"a packager has no verb {name!r}")

    def remove(self, config: configs.Packager, place: Place) -> None:
        """Nothing of it lies outside of its directory."""


def arguments(binary: Path, config: configs.Packager, run: str, flags: str | None) -> list[str]:
    """Packager's command line, writing below the folder `run`; `flags` is the file that holds the keys."""
    # Its own time-out is left out on purpose: it would end a packager that still waits for the first picture.
    source = f"{config.stream}?buffer_size=4194304"
    streams = [_stream(track, source, run, config.drm is not None) for track in config.tracks]
    window = {
        "segment_duration": f"{float(Fraction(config.segment.duration)):.9g}",
        "hls_playlist_type": "LIVE",
        "hls_master_playlist_output": f"{run}/master.m3u8",
        "time_shift_buffer_depth": SHIFT_S,
        "preserved_segments_outside_live_window": KEPT_SEGMENTS,
        # one datagram a read, and no 32 MiB of read-ahead: 0.6 s behind the encoder, 1 % of a core, 11 MB
        "io_block_size": 1316,
        "io_cache_size": 65536,
    }
    options = [f"--{name}={value}" for name, value in window.items()]
    return [str(binary), *streams, *options, *([f"--flagfile={flags}"] if flags else [])]


def encryption_flags(drm: configs.PackagerDrm, keys: Mapping[str, Mapping[str, str]]) -> str:
    """The flag file: `keys` maps label to `kid` and `key` (32 hex digits each).

    Every run and every path must use the same initialisation vector under cbcs, where it stands in the init segment,
    so it follows from the key; under cenc it must differ between them and is left to the packager.
    """
    entries = [
        f"label={label}:key_id={entry['kid']}:key={entry['key']}"
        + (f":iv={_vector(entry)}" if drm.scheme == "cbcs" else "")
        for label, entry in sorted(keys.items())
    ]
    systems = ["Common", *(_SYSTEMS[system] for system in drm.systems if system in _SYSTEMS)]
    flags = [
        "--enable_raw_key_encryption",
        f"--keys={','.join(entries)}",
        f"--protection_scheme={drm.scheme}",
        f"--protection_systems={','.join(systems)}",
        "--clear_lead=0",
    ]
    return "\n".join(flags) + "\n"


def _vector(entry: Mapping[str, str]) -> str:
    seed = hmac.new(bytes.fromhex(entry["key"]), b"cbcs iv " + bytes.fromhex(entry["kid"]), hashlib.sha256)
    return seed.hexdigest()[:32]


def _stream(track: configs.Track, source: str, run: str, encrypted: bool) -> str:
    folder = f"{run}/{track.name}"
    fields = {
        "in": source,
        "stream": track.index,
        "init_segment": f"{folder}/init.mp4",
        "segment_template": f"{folder}/$Time$.m4s",
        "playlist_name": f"{track.name}/packager.m3u8",
    }
    if track.audio:
        fields |= {"lang": track.audio.language, "hls_group_id": "audio", "hls_name": track.name}
    if encrypted:
        fields["drm_label"] = track.label
    return ",".join(f"{name}={value}" for name, value in fields.items())


def _fetch_keys(drm: configs.PackagerDrm) -> dict[str, dict[str, str]]:
    token = read_secret(Path(drm.credential_file))
    url = f"{drm.keys.rstrip('/')}/v1/content/{drm.content_id}"
    if not url.startswith(("http://", "https://")):
        raise ConfigError(
            Fault("not an address of a key service", field="drm.keys", given=drm.keys, allowed="http(s)://…")
        )
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})  # noqa: S310 - looked at above
    try:
        with urllib.request.urlopen(request, timeout=_KEY_SERVICE_S) as answer:  # noqa: S310 - looked at above
            keys: dict[str, dict[str, str]] = json.load(answer)["keys"]
    except (urllib.error.URLError, OSError, ValueError, KeyError) as cause:
        raise Retryable(f"the key service gave no keys for {drm.content_id}: {cause}", after_s=1) from cause
    return keys


def _runs(directory: Path) -> list[Path]:
    return sorted((run for run in directory.iterdir() if run.name.isdecimal()), key=lambda run: int(run.name))


def _prune(directory: Path, kept: int) -> None:
    for run in _runs(directory)[:-kept]:
        shutil.rmtree(run, ignore_errors=True)


def _segments(directory: Path, now: float) -> dict[str, Any]:
    written: list[float] = []
    for segment in directory.glob("*.m4s"):
        try:
            written.append(segment.stat().st_mtime)
        except FileNotFoundError:  # the packager's own window has passed it
            continue
    return {"segments": len(written), "age_s": round(now - max(written), 3) if written else None}
