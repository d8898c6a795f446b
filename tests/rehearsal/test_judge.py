from datetime import UTC, datetime, timedelta

from eventstack.probes.probe import HOPS, ProbeResult
from eventstack.rehearsal.watch import PATIENCE, Judge

START = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)


def seconds(number):
    return START + timedelta(seconds=number)


def look(*broken, slate=False):
    return tuple(
        ProbeResult(
            hop, hop not in broken, "stale" if hop in broken else "fine", {"slate": slate} if hop == "picture" else {}
        )
        for hop in HOPS
    )


def test_good_looks_are_counted_in_a_row():
    judge = Judge()
    for number, results in enumerate([look(), look(), look("edge"), look()]):
        judge.take(results, seconds(number), on_air=False)
    assert judge.good == 1


def test_one_bad_look_alone_breaks_nothing():
    judge = Judge()
    judge.take(look("edge"), seconds(0), on_air=True)
    judge.take(look(), seconds(1), on_air=True)
    assert (judge.stretches, judge.marks) == ([], [])


def test_a_hop_that_stays_bad_is_named_with_what_shows_it():
    judge = Judge()
    for number in range(PATIENCE):
        judge.take(look("origin", "edge", "picture"), seconds(number), on_air=True)
    assert judge.broken() == "origin: stale"
    assert judge.stretches[0].on_air


def test_an_earlier_hop_takes_the_blame_over():
    judge = Judge()
    for number in range(PATIENCE):
        judge.take(look("edge"), seconds(number), on_air=True)
    judge.take(look("encoder", "edge"), seconds(9), on_air=True)
    assert [stretch.hop for stretch in judge.stretches] == ["edge", "encoder"]
    assert judge.stretches[0].until == seconds(9)


def test_what_follows_from_a_broken_hop_is_not_told_again():
    judge = Judge()
    for number in range(PATIENCE):
        judge.take(look("encoder"), seconds(number), on_air=True)
    judge.take(look("packager", "origin"), seconds(5), on_air=True)
    assert [stretch.hop for stretch in judge.stretches] == ["encoder"]


def test_a_mended_hop_ends_its_stretch():
    judge = Judge()
    for number in range(PATIENCE):
        judge.take(look("licence"), seconds(number), on_air=True)
    judge.take(look(), seconds(5), on_air=True)
    assert judge.broken() is None
    assert judge.stretches[0].until == seconds(5)
    assert [mark.kind for mark in judge.marks] == ["hop-broken", "hop-mended"]


def test_slate_is_marked_when_it_is_seen_and_when_it_is_gone():
    judge = Judge()
    for number, shown in enumerate([False, True, True, False]):
        judge.take(look(slate=shown), seconds(number), on_air=True)
    assert [(mark.kind, mark.at) for mark in judge.marks] == [("slate-in", seconds(1)), ("slate-out", seconds(3))]
