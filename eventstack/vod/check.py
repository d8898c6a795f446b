"""Does a recording play, wholly, with its own keys and only with them? Asked over HTTP, as a player would.

A rehearsal asks before the event stack is destroyed and again when it is gone; `eventstack vod check` asks later.
"""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from eventstack.errors import EventstackError, Unplayable
from eventstack.playback.client import Client, at_once
from eventstack.playback.decoding import Decoded, pictures, sound
from eventstack.playback.licence import obtain, refuses
from eventstack.playback.mpd import Mpd, read_mpd
from eventstack.vod.fetched import Fetched, clear_answer, fetch_recording

DASH_SLACK_S = 0.002
"""DASH durations are rounded to the millisecond."""

GUESSES = (
    "clear/master.m3u8",
    "clear.mp4",
    "programme.mp4",
    "mezzanine.mp4",
    "{track}.mp4",
    "{track}.ts",
    "{track}/clear.mp4",
)
"""Where a clear copy would lie if somebody had made one, relative to the master; `{track}` is each rendition."""


@dataclass(frozen=True)
class Expected:
    """What the recording is held against. `on_air_s` and `segment_s` in seconds; `kids` are the key ids (32 hex digits)
    of the live event, none for a clear one; `elsewhere` are further addresses that must not give a clear copy.
    """

    on_air_s: float
    segment_s: float
    kids: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """One answer about a recording: `ok`, one line of `detail`, what was `measured` (units in the names)."""

    name: str
    ok: bool
    detail: str
    measured: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class VodCheck:
    """Every finding, in the order of the questions; `ok` when all of them are."""

    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether the recording is what it should be."""
        return bool(self.findings) and all(finding.ok for finding in self.findings)


def not_closed(cells: int) -> Finding:
    """What is said of so many cells that no recording names: they are kept, and nobody can play them."""
    detail = f"{cells} cells recorded and not closed: their programme was never finished"
    return Finding("closed", ok=False, detail=detail, measured={"cells": cells})


async def check(vod_hls: str, vod_dash: str, licence: str | None, expected: Expected) -> VodCheck:
    """Fetch and judge all of it; never raises for what it finds. An empty `vod_dash` leaves out the DASH question."""
    async with aiohttp.ClientSession() as session:
        client = Client(session)
        try:
            recorded = await fetch_recording(client, vod_hls)
        except EventstackError as error:
            return VodCheck((Finding("complete", ok=False, detail=str(error)),))
        questions: list[tuple[str, Callable[[], Awaitable[Finding]]]] = [
            ("complete", lambda: _complete(recorded)),
            ("duration", lambda: _duration(recorded, expected)),
        ]
        if vod_dash:
            questions.append(("dash", lambda: _dash(client, vod_dash, recorded, expected)))
        questions.append(("keys", lambda: _keys(recorded, expected)))
        if expected.kids:
            keys: dict[str, str] = {}
            questions += [
                ("licence", lambda: _licence(client, licence, expected, keys)),
                ("decode", lambda: _decode(recorded, keys)),
                ("wrong-key", lambda: _wrong_key(recorded, keys)),
                ("unknown-key", lambda: _unknown_key(client, licence)),
                ("no-clear-copy", lambda: _no_clear_copy(client, vod_hls, recorded, expected)),
            ]
        else:
            questions.append(("decode", lambda: _decode(recorded, {})))
        return VodCheck(tuple([await _answered(name, question) for name, question in questions]))


async def _answered(name: str, question: Callable[[], Awaitable[Finding]]) -> Finding:
    try:
        return await question()
    except EventstackError as error:
        return Finding(name, ok=False, detail=" ".join(str(error).split()))


async def _complete(recorded: Fetched) -> Finding:
    """Every listed segment was fetched already; what is left is that they follow on, and that the list is final."""
    problems = [problem for track in recorded.tracks for problem in track.problems]
    spans = {(track.first_cell, len(track.cells)) for track in recorded.tracks}
    if not problems and len(spans) > 1:
        problems = ["tracks have unequal cells: " + ", ".join(f"{t.name} {len(t.cells)}" for t in recorded.tracks)]
    cells = sum(len(track.cells) for track in recorded.tracks)
    detail = problems[0] if problems else f"{cells} segments of {len(recorded.tracks)} tracks, no gap"
    measured = {
        "segments": cells,
        "tracks": len(recorded.tracks),
        "bytes": sum(track.size for track in recorded.tracks),
    }
    return Finding("complete", not problems, detail, measured)


async def _duration(recorded: Fetched, expected: Expected) -> Finding:
    on_air_s = expected.on_air_s - recorded.off_air_s
    off_s = recorded.duration_s - on_air_s
    between = f" ({recorded.off_air_s:.2f} s off air between)" if recorded.off_air_s else ""
    detail = f"{recorded.duration_s:.2f} s recorded, {on_air_s:.2f} s on air{between}"
    measured = {"duration_s": round(recorded.duration_s, 3), "on_air_s": round(expected.on_air_s, 3)}
    return Finding("duration", abs(off_s) <= expected.segment_s + DASH_SLACK_S, detail, measured)


async def _dash(client: Client, url: str, recorded: Fetched, expected: Expected) -> Finding:
    text = (await client.fetch(url)).decode(errors="replace")
    problem = _dash_problem(read_mpd(text, url), recorded)
    if not problem:
        missing = [kid for kid in expected.kids if _uuid(kid) not in text.lower()]
        problem = f"does not name key id {missing[0]}" if missing else None
    return Finding("dash", problem is None, problem or "static, the same segments as HLS")


def _dash_problem(mpd: Mpd, recorded: Fetched) -> str | None:
    if not mpd.static:
        return "the manifest is still dynamic"
    lasts_s = recorded.duration_s + recorded.off_air_s
    if mpd.duration_s is None or abs(mpd.duration_s - lasts_s) > DASH_SLACK_S:
        return f"lasts {mpd.duration_s} s, HLS {lasts_s:.3f} s"
    dash = {url for track in mpd.tracks for url in track.urls}
    hls = {url for track in recorded.tracks for url in track.urls}
    return None if dash == hls else f"{len(dash ^ hls)} segments are in one of DASH and HLS only"


def _uuid(kid: str) -> str:
    return f"{kid[:8]}-{kid[8:12]}-{kid[12:16]}-{kid[16:20]}-{kid[20:]}"


async def _keys(recorded: Fetched, expected: Expected) -> Finding:
    inits = {track.kid for track in recorded.tracks if track.kid}
    lists = {kid for track in recorded.tracks for kid in track.listed_kids}
    if not expected.kids:
        clear = not inits and not lists
        return Finding("keys", clear, "clear event: nothing is protected" if clear else "a clear event, yet with keys")
    wanted = set(expected.kids)
    ok = inits == wanted == lists
    detail = (
        f"the {len(wanted)} key ids of the live event"
        if ok
        else f"init segments {sorted(inits)}, playlists {sorted(lists)}, live {sorted(wanted)}"
    )
    return Finding("keys", ok, detail, {"kids": sorted(inits)})


async def _licence(client: Client, licence: str | None, expected: Expected, keys: dict[str, str]) -> Finding:
    if licence is None:
        raise Unplayable("a protected recording and no licence address")
    keys.update(await obtain(client, licence, expected.kids))
    missing = [kid for kid in expected.kids if kid not in keys]
    detail = f"no key for {len(missing)} of {len(expected.kids)} key ids" if missing else f"{len(keys)} keys licensed"
    return Finding("licence", not missing, detail)


async def _decode(recorded: Fetched, keys: Mapping[str, str]) -> Finding:
    """First and last cell of one rendition of each kind: a good first one says little about the end of a recording."""
    frames = 0
    for track in recorded.samples():
        if track.kid and track.kid not in keys:
            return Finding("decode", ok=False, detail=f"{track.name}: no key to decrypt with")
        for number, media in track.kept.items():
            decoded, count = await _decoded(track.kind, media, keys.get(track.kid))
            if not decoded.clean:
                return Finding("decode", ok=False, detail=f"{track.name} cell {number}: {decoded.complaint}")
            wanted = track.samples[number] if track.kind == "video" else 1
            if count < wanted:
                return Finding("decode", ok=False, detail=f"{track.name} cell {number}: {count} of {wanted} frames")
            frames += count if track.kind == "video" else 0
    names = " and ".join(track.name for track in recorded.samples())
    return Finding("decode", ok=True, detail=f"first and last segment of {names} decoded", measured={"frames": frames})


async def _wrong_key(recorded: Fetched, keys: Mapping[str, str]) -> Finding:
    for track in recorded.samples():
        number, media = next(iter(track.kept.items()))
        right, _ = await _decoded(track.kind, media, keys.get(track.kid))
        wrong, _ = await _decoded(track.kind, media, secrets.token_hex(16))
        if wrong.clean and wrong.data == right.data:
            return Finding("wrong-key", ok=False, detail=f"{track.name} cell {number} plays with any key")
    return Finding("wrong-key", ok=True, detail="another key gives nothing that plays")


async def _unknown_key(client: Client, licence: str | None) -> Finding:
    if licence is None:
        raise Unplayable("a protected recording and no licence address")
    ok = await refuses(client, licence, secrets.token_hex(16))
    return Finding("unknown-key", ok, "refused" if ok else "a key was given for a key id that nobody has")


async def _no_clear_copy(client: Client, vod_hls: str, recorded: Fetched, expected: Expected) -> Finding:
    clear = [f"{track.name}: its init segment is clear" for track in recorded.tracks if not track.kid]
    clear += [f"{track.name} cell {number} is clear" for track in recorded.tracks for number in track.clear_cells]
    base = vod_hls.rpartition("/")[0]
    tracks = [track.name for track in recorded.tracks]
    guesses = {f"{base}/{guess.format(track=track)}" for guess in GUESSES for track in tracks}
    addresses = sorted(guesses) + list(expected.elsewhere)
    answers = await at_once(clear_answer(client, address) for address in addresses)
    clear += [answer for answer in answers if answer]
    detail = clear[0] if clear else f"every segment is encrypted, nothing at {len(addresses)} other addresses"
    return Finding("no-clear-copy", not clear, detail, {"addresses": len(addresses)})


async def _decoded(kind: str, media: bytes, key: str | None) -> tuple[Decoded, int]:
    """What came out, and how many frames of it (bytes for sound)."""
    if kind == "video":
        decoded, frames = await pictures(media, key)
        return decoded, len(frames)
    decoded = await sound(media, key)
    return decoded, len(decoded.data)
