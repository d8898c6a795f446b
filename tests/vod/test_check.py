"""The check of a recording over HTTP: what a good one answers, and that each fault is found by its own question."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from eventstack.vod.check import Expected, VodCheck, check
from tests.probes.chain import Chain, serving
from tests.probes.material import CELLS, END, FIRST, KEYS, SEGMENT_S, TRACKS, Material

pytestmark = pytest.mark.chain

Get = Callable[..., Material]
KIDS = tuple(kid for kid, _ in KEYS.values())
ON_AIR_S = CELLS * SEGMENT_S


async def checked(
    material: Material,
    spoil: Callable[[Chain], Any] = lambda _: None,
    *,
    kids: tuple[str, ...] | None = None,
    **expected: Any,
) -> VodCheck:
    chain = Chain(material, lambda: datetime.now(UTC), vod=True, ended=True)
    known = (KIDS if material.keys else ()) if kids is None else kids
    async with serving(chain):
        spoil(chain)
        home = f"{chain.base}/vod/talk"
        licence = f"{chain.base}/licence" if material.keys else None
        return await check(
            f"{home}/master.m3u8",
            f"{home}/manifest.mpd",
            licence,
            Expected(**{"on_air_s": ON_AIR_S, "segment_s": SEGMENT_S, "kids": known, **expected}),
        )


def wrong(result: VodCheck) -> list[str]:
    return [finding.name for finding in result.findings if not finding.ok]


async def test_a_good_protected_recording_answers_every_question(material: Get) -> None:
    result = await checked(material(protected=True))
    assert result.ok, result.findings
    assert [finding.name for finding in result.findings] == [
        "complete", "duration", "dash", "keys", "licence", "decode", "wrong-key", "unknown-key", "no-clear-copy",
    ]  # fmt: skip
    measured = {finding.name: finding.measured for finding in result.findings}
    assert measured["complete"]["segments"] == CELLS * len(TRACKS)
    assert measured["decode"]["frames"] == 2 * 48


async def test_a_good_clear_recording_is_not_asked_for_keys(material: Get) -> None:
    result = await checked(material())
    assert result.ok, result.findings
    assert [finding.name for finding in result.findings] == ["complete", "duration", "dash", "keys", "decode"]
    assert "clear event" in result.findings[3].detail


FAULTS: list[tuple[str, str, Callable[[Chain], Any]]] = [
    ("complete", "a segment is missing", lambda chain: chain.absent.add(f"v360/{FIRST + 2}.m4s")),
    ("complete", "a gap is listed", lambda chain: chain.gaps.add(FIRST + 2)),
    ("complete", "the list is still growing", lambda chain: setattr(chain, "vod", False)),
    ("complete", "a segment does not follow on", lambda chain: chain.swapped.update({FIRST + 3: FIRST})),
    ("complete", "a track ends early", lambda chain: chain.ends.update({"sound": END - 2})),
    ("duration", "its end is missing", lambda chain: setattr(chain, "newest", END - 3)),
    ("dash", "the manifest is dynamic", lambda chain: setattr(chain, "vod", False)),
    ("dash", "the manifest is shorter", lambda chain: chain.ends.update(dict.fromkeys(TRACKS, END - 2))),
    ("licence", "the key service is down", lambda chain: setattr(chain, "key_service", False)),
    ("licence", "a key is gone", lambda chain: chain.keys.pop(KEYS["audio"][0])),
    ("decode", "a key is another one", lambda chain: chain.keys.update({KEYS["video"][0]: b"0" * 16})),
    ("unknown-key", "any key id gets a key", lambda chain: setattr(chain, "gives_any_key", True)),
]


@pytest.mark.parametrize(("name", "fault", "spoil"), FAULTS, ids=[fault for _, fault, _ in FAULTS])
async def test_a_fault_is_found_by_its_question(
    name: str, fault: str, spoil: Callable[[Chain], Any], material: Get
) -> None:
    result = await checked(material(protected=True), spoil)
    assert name in wrong(result), result.findings


async def test_a_recording_of_other_keys_is_not_the_live_events(material: Get) -> None:
    result = await checked(material(protected=True), kids=(KIDS[0], "f" * 32))
    assert {"keys", "dash", "licence"} <= set(wrong(result))


async def test_a_protected_recording_of_a_clear_event_is_wrong(material: Get) -> None:
    result = await checked(material(protected=True), kids=())
    assert "keys" in wrong(result)


async def test_a_clear_recording_of_a_protected_event_is_wrong_in_every_respect(material: Get) -> None:
    result = await checked(material(), kids=KIDS)
    assert {"keys", "licence", "wrong-key", "no-clear-copy"} <= set(wrong(result))


async def test_one_clear_segment_among_encrypted_ones_is_found(material: Get, tmp_path: Path) -> None:
    protected = material(protected=True)
    leaky = Material(Path(shutil.copytree(protected.folder, tmp_path / "leaky")), protected.keys)
    shutil.copy(material().folder / "v360" / f"{FIRST + 2}.m4s", leaky.folder / "v360")
    result = await checked(leaky)
    assert wrong(result) == ["no-clear-copy"]
    assert f"v360 cell {FIRST + 2} is clear" in result.findings[-1].detail


async def test_a_clear_copy_beside_the_recording_is_found(material: Get) -> None:
    clear = (material().folder / "v234" / "init.mp4").read_bytes()
    result = await checked(material(protected=True), lambda chain: chain.extra.update({"clear.mp4": clear}))
    assert wrong(result) == ["no-clear-copy"]


async def test_an_old_address_of_the_live_event_must_not_give_a_clear_copy(material: Get) -> None:
    clear = (material().folder / "v234" / "init.mp4").read_bytes()

    chain_address: list[str] = []

    def leave(chain: Chain) -> None:
        chain.extra["before.mp4"] = clear
        chain_address.append(f"{chain.base}/vod/talk/before.mp4")

    chain = Chain(material(protected=True), lambda: datetime.now(UTC), vod=True, ended=True)
    async with serving(chain):
        leave(chain)
        home = f"{chain.base}/vod/talk"
        expected = Expected(ON_AIR_S, SEGMENT_S, KIDS, elsewhere=tuple(chain_address))
        result = await check(f"{home}/master.m3u8", f"{home}/manifest.mpd", f"{chain.base}/licence", expected)
    assert wrong(result) == ["no-clear-copy"]


async def test_a_duration_within_a_segment_of_the_air_time_is_right(material: Get) -> None:
    assert (await checked(material(), on_air_s=ON_AIR_S + 1.9)).ok
    assert wrong(await checked(material(), on_air_s=ON_AIR_S + 2)) == ["duration"]


async def test_nobody_at_the_address_is_a_finding() -> None:
    result = await check("http://127.0.0.1:9/vod/talk/master.m3u8", "", None, Expected(10, SEGMENT_S))
    assert wrong(result) == ["complete"]


async def test_no_key_is_told_in_a_finding(material: Get) -> None:
    result = await checked(material(protected=True), lambda chain: chain.keys.update({KEYS["video"][0]: b"0" * 16}))
    text = repr(result.findings)
    assert (b"0" * 16).hex() not in text
    assert KEYS["audio"][1] not in text
