"""Each probe over real media: good when the hop is good, broken by that hop's own faults."""

import asyncio
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest

from eventstack.probes.hop import HopProbe, World
from eventstack.probes.look import PROBES, look
from eventstack.probes.probe import HOPS, ProbeResult, Targets, first_broken
from tests.probes.chain import EPOCH, Chain, Clock, serving
from tests.probes.material import END, FIRST, KEYS, Material

pytestmark = pytest.mark.chain

Get = Callable[..., Material]


async def probe(hop: str, material: Material, spoil: Callable[[Chain], Any] = lambda _: None) -> ProbeResult:
    """What one hop's probe says of a chain with something spoilt."""
    clock = Clock()
    async with serving(Chain(material, clock.now)) as chain, aiohttp.ClientSession() as session:
        spoil(chain)
        if chain.down == {"late"}:
            await clock.pause(20)
        return await PROBES[hop](chain.targets, World(session, clock.now, clock.pause))


@pytest.mark.parametrize("protected", [False, True], ids=["clear", "cenc"])
@pytest.mark.parametrize("hop", HOPS)
async def test_a_good_chain_is_good_at_every_hop(hop: str, protected: bool, material: Get) -> None:
    result = await probe(hop, material(protected=protected))
    assert result.ok, result.detail
    assert result.hop == hop
    assert "\n" not in result.detail
    assert result.measured["took_s"] < 5


def _set(name: str, value: Any) -> Callable[[Chain], None]:
    return lambda chain: setattr(chain, name, value)


FAULTS: list[tuple[str, str, Callable[[Chain], Any], str]] = [
    ("contribution", "the node is gone", _set("down", {"control"}), "HTTP 500"),
    ("contribution", "no receiver", _set("removed", {"receiver"}), "no receiver"),
    ("contribution", "the receiver failed", _set("parts", {"receiver": {"state": "failed", "detail": "251"}}), "251"),
    ("contribution", "the sender was stopped", _set("parts", {"sender": {"state": "stopped"}}), "sender is stopped"),
    ("contribution", "no feed yet", _set("parts", {"receiver": {"measured": {}}}), "no feed has come"),
    ("contribution", "the feed stands still", _set("speed", {"receiver": 0.0}), "no feed comes in any more"),
    ("encoder", "it is down", _set("parts", {"encoder": {"state": "starting"}}), "encoder is starting"),
    ("encoder", "it has said nothing", _set("parts", {"encoder": {"measured": {}}}), "put nothing out"),
    ("encoder", "it stands still", _set("speed", {"encoder": 0.0}), "stands still"),
    ("encoder", "it is too slow", _set("speed", {"encoder": 0.7}), "0.70 of real time"),
    ("packager", "it is down", _set("parts", {"packager": {"state": "failed", "detail": "rc 2"}}), "is failed: rc 2"),
    ("packager", "its publisher is down", _set("removed", {"publisher"}), "no publisher"),
    ("packager", "a track never came", _set("parts", {"publisher": {"measured": {"tracks": {}}}}), "no complete cell"),
    ("packager", "a track stopped", _set("ends", {"v360": FIRST}), "tracks end apart"),
    ("origin", "it does not answer", _set("down", {"origin"}), "HTTP 502"),
    ("origin", "it is stale", _set("down", {"late"}), "s old"),
    ("origin", "a rendition is behind", _set("ends", {"v360": END - 2}), "end apart"),
    ("origin", "a list without segments", _set("ends", {"sound": FIRST - 1}), "no segment yet"),
    ("origin", "the newest cell is missing", _set("absent", {f"v360/{END - 1}.m4s"}), "HTTP 404"),
    ("origin", "a cell under another's name", _set("swapped", {END - 1: FIRST}), "begins at 19.200 s"),
    ("edge", "it does not answer", _set("down", {"edge"}), "HTTP 502"),
    ("edge", "it is stale", _set("down", {"late"}), "s old"),
    ("edge", "a rendition is two cells behind", _set("ends", {"v234": END - 4}), "end apart"),
    ("edge", "the newest cell is missing", _set("absent", {f"sound/{END - 1}.m4s"}), "HTTP 404"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("hop", "fault", "spoil", "says"), FAULTS, ids=[f"{hop}: {fault}" for hop, fault, *_ in FAULTS]
)
async def test_a_fault_breaks_its_own_hop(
    hop: str, fault: str, spoil: Callable[[Chain], Any], says: str, material: Get
) -> None:
    result = await probe(hop, material(), spoil)
    assert not result.ok, result
    assert says in result.detail


DRM_FAULTS: list[tuple[str, str, Callable[[Chain], Any], str]] = [
    ("licence", "the key service is down", _set("key_service", False), "HTTP 502"),
    ("licence", "one key is missing", lambda chain: chain.keys.pop(KEYS["audio"][0]), "HTTP 404"),
    ("licence", "any key id gets a key", _set("gives_any_key", True), "nobody has"),
    ("picture", "the key service is down", _set("key_service", False), "HTTP 502"),
    ("picture", "the key is wrong", lambda chain: chain.keys.update({KEYS["video"][0]: b"0" * 16}), "v234 cell"),
    ("sound", "the key is wrong", lambda chain: chain.keys.update({KEYS["audio"][0]: b"0" * 16}), "sound cell"),
]


@pytest.mark.parametrize(
    ("hop", "fault", "spoil", "says"), DRM_FAULTS, ids=[f"{hop}: {fault}" for hop, fault, *_ in DRM_FAULTS]
)
async def test_a_fault_of_the_keys_breaks_what_needs_them(
    hop: str, fault: str, spoil: Callable[[Chain], Any], says: str, material: Get
) -> None:
    result = await probe(hop, material(protected=True), spoil)
    assert not result.ok, result
    assert says in result.detail
    assert "0" * 32 not in result.detail
    assert (b"0" * 16).hex() not in result.detail


@pytest.mark.parametrize("picture", ["black", "frozen"])
async def test_a_picture_that_is_none_is_broken(picture: str, material: Get) -> None:
    result = await probe("picture", material(picture, "silent"))
    assert not result.ok
    assert picture in result.detail


async def test_a_slate_stands_still_on_purpose(material: Get) -> None:
    result = await probe("picture", material("slate", "silent"))
    assert result.ok, result
    assert result.measured["slate"]


async def test_a_programme_is_no_slate(material: Get) -> None:
    result = await probe("picture", material())
    assert not result.measured["slate"]
    assert result.measured["frames"] == 48


async def test_silence_is_broken(material: Get) -> None:
    result = await probe("sound", material("black", "silent"))
    assert not result.ok
    assert "silent" in result.detail
    assert result.measured["rms_dbfs"] < -90


async def test_a_slate_is_silent_on_purpose(material: Get) -> None:
    result = await probe("sound", material("slate", "silent"))
    assert result.ok, result
    assert result.measured["slate"]


async def test_sound_is_measured(material: Get) -> None:
    result = await probe("sound", material())
    assert -30 < result.measured["rms_dbfs"] < -10
    assert result.measured["duration_s"] == pytest.approx(1.92, abs=0.05)


async def test_the_edge_tells_what_its_cache_did(material: Get) -> None:
    result = await probe("edge", material())
    assert result.measured["cache"] == {"EXPIRED": 5, "HIT": 6}
    assert result.measured["dash_tracks"] == 3


async def test_a_clear_event_needs_no_licence(material: Get) -> None:
    result = await probe("licence", material())
    assert result.ok
    assert result.detail == "clear event"


async def test_a_programme_that_has_ended_is_not_stale(material: Get) -> None:
    def end(chain: Chain) -> None:
        chain.ended, chain.down = True, {"late"}

    assert (await probe("edge", material(), end)).ok


async def test_a_list_ahead_of_the_clock_is_mislabelled(material: Get) -> None:
    result = await probe("edge", material(), _set("epoch", EPOCH.replace(minute=5)))
    assert "clocks disagree" in result.detail


async def test_a_rendition_of_the_plan_must_be_in_the_master(material: Get) -> None:
    clock = Clock()
    async with serving(Chain(material(), clock.now)) as chain, aiohttp.ClientSession() as session:
        targets = Targets(**{**vars(chain.targets), "renditions": ("v234", "v1080")})
        result = await PROBES["edge"](targets, World(session, clock.now))
    assert "v1080" in result.detail


async def test_nobody_at_an_address_is_a_result() -> None:
    nowhere = "http://127.0.0.1:9"
    targets = Targets(nowhere, "t", nowhere, f"{nowhere}/a/live/master.m3u8", "", licence=f"{nowhere}/licence")
    results = await look(targets)
    assert [result.hop for result in results] == list(HOPS)
    assert not any(result.ok for result in results)


async def test_a_probe_that_hangs_is_ended() -> None:
    async def hang(_: Targets, __: World) -> ProbeResult:
        await asyncio.Event().wait()
        raise AssertionError

    nowhere = Targets("", "", "", "", "")
    result = await HopProbe("edge", hang, deadline_s=0.05)(nowhere)
    assert not result.ok
    assert "within 0.05 s" in result.detail


async def test_one_look_sees_every_hop_at_once(material: Get) -> None:
    from datetime import UTC, datetime, timedelta

    from tests.probes.material import SEGMENT_S

    chain = Chain(material(protected=True), lambda: datetime.now(UTC))
    chain.epoch = datetime.now(UTC) - timedelta(seconds=END * SEGMENT_S + 1)
    async with serving(chain):
        results = await look(chain.targets)
    assert [result.hop for result in results] == list(HOPS)
    assert first_broken(results) is None, results


def _without_origin(chain: Chain) -> None:
    chain.down = {"origin", "edge"}


OUTAGES: list[tuple[str, Callable[[Chain], Any]]] = [
    ("contribution", _set("removed", {"receiver"})),
    ("encoder", _set("removed", {"encoder"})),
    ("packager", _set("removed", {"packager"})),
    ("origin", _without_origin),
    ("licence", _set("key_service", False)),
    ("edge", _set("down", {"edge"})),
]


@pytest.mark.parametrize(("hop", "spoil"), OUTAGES, ids=[hop for hop, _ in OUTAGES])
async def test_an_outage_is_named_by_its_hop_although_others_suffer(
    hop: str, spoil: Callable[[Chain], Any], material: Get
) -> None:
    clock = Clock()
    async with serving(Chain(material(protected=True), clock.now)) as chain, aiohttp.ClientSession() as session:
        spoil(chain)
        world = World(session, clock.now, clock.pause)
        results = [await PROBES[name](chain.targets, world) for name in HOPS]
    first = first_broken(results)
    assert first is not None
    assert first.hop == hop, results
