"""Whole files as a user would write them, for tests to bend."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from eventstack.models.event import Event
from eventstack.models.profile import Profile

Model = TypeVar("Model", Event, Profile)

EVENT = """\
id: talk-20261122
title: An evening talk
window:
  start: 2026-11-22T18:00
  end: 2026-11-22T19:30
  zone: Europe/Berlin
contribution:
  protocol: srt
  mode: listener
  latency: 200ms
  passphrase: generated
  source: synthetic
profile: talk-720p25
cloud: local
"""

PROFILE = """\
name: wide
description: Everything written out
ladder:
  frame_rate: 25fps
  codec: avc
  profile: main
  preset: veryfast
  renditions:
    - size: 640x360
      bitrate: 800kbps
    - size: 1280x720
      bitrate: 3Mbps
      max_bitrate: 4Mbps
audio:
  tracks:
    - language: en
      label: English
      bitrate: 96kbps
      channels: 2
packaging:
  formats: [hls, dash]
  segment: 1.92s
  window: 60s
drm:
  scheme: cenc
  systems: [clearkey]
  keys: per-label
  rotation: off
slate: true
archive:
  vod: true
timing:
  line_up: 12s
  tail: 6s
  overrun: stay-up
monitoring:
  gates:
    hops: [encoder, licence, edge]
    in_a_row: 2
    give_up: 60s
layers: split
teardown:
  settle: 5s
"""


def write(folder: Path, name: str, text: str | bytes) -> Path:
    """Put a file into a folder."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def bent(text: str, old: str, new: str) -> str:
    """The text with its one `old` replaced."""
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
    return text.replace(old, new)


def changed(model: Model, **changes: Any) -> Model:
    """The model as its file would make it with these values instead; a mapping changes the keys that it names."""
    return type(model).model_validate(merged(model.model_dump(mode="json"), changes))


def merged(document: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A document with other values; a mapping changes the keys that it names."""
    found = dict(document)
    for name, value in changes.items():
        old = found.get(name)
        found[name] = merged(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return found
