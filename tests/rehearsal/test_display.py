import io
from datetime import UTC, datetime, timedelta

from rich.console import Console

from eventstack.cli.rehearsal_display import Lines, LivePicture, Picture, draw
from eventstack.deploy.deployer import Progress
from eventstack.probes.probe import ProbeResult
from eventstack.scheduler.loop import Taken
from eventstack.scheduler.state import Observed, State, Step, Wait, Wanted

START = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
WANTED = Wanted(
    up_from=START,
    line_up_from=START + timedelta(seconds=10),
    on_air_from=START + timedelta(seconds=20),
    on_air_until=START + timedelta(seconds=50),
    tail=timedelta(seconds=6),
)
BUILT = Progress("urn:x", "event-encoder-encoder", "eventstack:index:Part", "create", "done", 0.3)
LOOK = (ProbeResult("encoder", ok=True, detail="25 fps"), ProbeResult("edge", ok=False, detail="stale for 9 s"))


def shown(renderable):
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(renderable)
    return console.export_text()


def test_the_picture_shows_plan_against_actual_and_what_is_to_come():
    taken = {"build": Taken(Step("build", "w"), START, START + timedelta(seconds=3), ok=True)}
    text = shown(
        draw(Picture("Final", WANTED, State.LINE_UP, doing="start", taken=taken), START + timedelta(seconds=11))
    )
    assert "Final  LINE-UP" in text
    assert "✓  build" in text
    assert "3.0 s" in text
    assert "…  start" in text
    assert "in 9 s" in text


def test_the_picture_shows_resources_probes_and_the_first_broken_hop():
    picture = Picture(
        resources={"event": {"event": "done", "event-encoder": "done", "event-cdn": "running"}},
        hops={result.hop: result for result in LOOK},
        addresses={"hls": "http://127.0.0.1:1/a.m3u8"},
    )
    text = shown(draw(picture, START))
    assert "event ✓ encoder  … cdn" in text
    assert "● encoder" in text
    assert "○ edge" in text
    assert "edge: stale for 9 s" in text
    assert "http://127.0.0.1:1/a.m3u8" in text


def test_the_picture_says_when_the_slate_is_seen_and_what_the_keyboard_does():
    slate = ProbeResult("picture", ok=True, detail="slate", measured={"slate": True})
    text = shown(draw(Picture("Final", state=State.LIVE, hops={"picture": slate}, keys="Enter ends it"), START))
    assert "Final  LIVE  SLATE" in text
    assert "Enter ends it" in text


def test_many_resources_fold_beside_the_name_of_their_stack():
    names = [f"event-a-rather-long-name-{number}" for number in range(9)]
    text = shown(draw(Picture(resources={"event": dict.fromkeys(names, "done")}), START))
    lines = [line for line in text.splitlines() if line.strip()]
    assert [line[:14].rstrip() for line in lines] == ["      event ✓ ".rstrip(), *["            ✓"] * (len(lines) - 1)]
    assert len(lines) > 1


def drive(reporter):
    reporter.planned("Final", WANTED)
    reporter.decided(Step("build", "its line-up needs the stack"), Observed(), State.DEPLOYING)
    reporter.moved("event", BUILT)
    reporter.taken(Taken(Step("build", "w"), START, START + timedelta(seconds=3), ok=False, detail="busy"))
    for _ in range(2):
        reporter.decided(Wait("on air: the plan is frozen"), Observed(), State.LIVE)
    reporter.looked(LOOK)
    reporter.addresses({"hls": "http://127.0.0.1:1/a.m3u8"})
    reporter.edge(10, 2, 5)
    reporter.note("a note")


def test_lines_say_each_change_once(capsys):
    drive(Lines(Console(stderr=True, width=200)))
    said = capsys.readouterr().err
    assert said.count("on air: the plan is frozen") == 1
    assert "build: FAILED after 3.0 s busy" in said
    assert "event ✓ create event-encoder-encoder 0.3 s" in said
    assert "edge: stale for 9 s" in said


def test_the_live_picture_takes_every_call_and_leaves_the_terminal_clean():
    console = Console(force_terminal=True, width=120, file=io.StringIO())
    with LivePicture(console) as picture:
        drive(picture)
    assert picture._picture.edge == "2 viewers, 10 requests in the last 10 s, 50 % from cache"
