"""What events and profiles ask of a cloud, and the vocabulary that clouds decide on: neither has a word too many."""

from collections.abc import Iterator
from functools import cache

import pytest

from eventstack.errors import ConfigError
from eventstack.models.event import Event
from eventstack.models.profile import Profile
from eventstack.models.yaml_reader import dotted
from eventstack.planning import wants
from eventstack.planning.features import WORDS
from tests.planning import changes
from tests.planning.changes import CLOUDS, GONE, Change
from tests.planning.fields import choices
from tests.planning.files import Document, event_of, profile_of, written

_CALL = {"contribution.mode": "caller", "contribution.address": "venue.example.org:9000"}
_RTMP = {"contribution.protocol": "rtmp", "contribution.latency": GONE}
EVENTS = [
    {**_CALL, "contribution.protocol": "rist"},
    _RTMP,
    {**_RTMP, "contribution.mode": "caller", "contribution.address": "rtmp://venue.example.org/live"},
    {"contribution.protocol": "rtp", "contribution.latency": GONE, "contribution.passphrase": GONE},
    {"contribution": {"protocol": "pull", "address": "https://venue.example.org/live.m3u8"}},
    {"contribution.passphrase": "file:secret.txt", "contribution.source": "file:clip.mp4"},
]
PROFILES = [
    *({"captions": [{"language": "en", "format": name}]} for name in ("dvb-sub", "webvtt")),
    {"captions": [{"language": "en", "format": "teletext", "service": 888}]},
    *({"audio.tracks": [{"language": "en", "bitrate": "384kbps", "channels": count}]} for count in (6, 8)),
    {"packaging.segment": "2s"},
    {"ladder.frame_rate": "30000/1001fps", "packaging.segment": "1001/500s"},
    {"ladder.codec": "hevc", "ladder.profile": "main10"},
    {"drm": {"scheme": "cbcs", "systems": ["fairplay"], "key_source": "speke", "speke": {"url": "https://k.example/"}}},
]
"""Values that bring words into play which no change of a single field does."""


def documents(base: Document, table: changes.Table, model: type[Event | Profile], cloud: str) -> Iterator[Document]:
    def change(name: str) -> Change:
        entry = table[name]
        return entry if isinstance(entry, Change) else entry[cloud]

    for name in table:
        one = change(name)
        yield written(base, {**one.needs, name: one.to, **one.also})
    for path, word in choices(model):
        name = dotted(path) or ""
        yield written(base, {**change(name).needs, name: [word] if isinstance(change(name).to, list) else word})


@cache
def asked() -> frozenset[str]:
    """Every word that some valid file asks for."""
    found: set[str] = set()
    for cloud in CLOUDS:
        events, profiles = changes.event(cloud), changes.profile(cloud)
        for document in documents(events, changes.EVENT, Event, cloud):
            try:
                found |= {want.feature for want in wants.of_event(event_of(document))}
            except ConfigError:
                continue
        for document in documents(profiles, changes.PROFILE, Profile, cloud):
            try:
                found |= {want.feature for want in wants.of_profile(profile_of(document))}
            except ConfigError:
                continue
    for values in EVENTS:
        found |= {want.feature for want in wants.of_event(event_of(written(changes.event("local"), values)))}
    for values in PROFILES:
        found |= {want.feature for want in wants.of_profile(profile_of(written(changes.profile("local"), values)))}
    return frozenset(found)


# Licences are no field's: a profile asks for systems, and one of them has to be served.
@pytest.mark.parametrize("word", sorted(word for word in WORDS if not word.startswith("licence/")))
def test_some_file_asks_for_every_word(word: str) -> None:
    assert word in asked()


def test_no_file_asks_for_anything_else() -> None:
    assert asked() <= WORDS
