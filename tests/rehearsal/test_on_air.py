"""One rehearsal on air, looked at from all sides; at last its driver is killed and everything is swept.

The tests share it and leave it as they found it, but for the last one.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from eventstack.clouds.local.inventory import inventory
from eventstack.deploy.checkpoint import FileBooks
from eventstack.node import processes
from eventstack.node.client import NodeClient
from eventstack.planning import naming
from tests.rehearsal.secret_things import Arguments, holders, kept, named, secrets_of

SMALL = str(Path(__file__).parent / "one-rung-234p25.yaml")
SECONDS = 8.0
"""What a verb may take beside other work on two cores, its interpreter's start included."""

pytestmark = [pytest.mark.chain, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def arguments():
    sampler = Arguments()
    sampler.start()
    yield sampler
    sampler.stop()


@pytest.fixture(scope="module")
def begun(module_stage, arguments):
    return module_stage.rehearse("--duration", "20m", "--json", "--profile", SMALL)


@pytest.fixture(scope="module")
def aired(begun):
    begun.saying("publish: done", 120)
    return begun


def test_what_a_driver_that_was_killed_crashed_or_interrupted_twice_leaves_is_swept_clean(stage, begun):
    """All while the event's stack is built, beside the one that goes on air meanwhile."""
    killed, crashed, twice = (stage.rehearse("--profile", SMALL) for _ in range(3))
    for run in (killed, crashed):
        run.saying("  event ✓ create ")
        run.process.kill()
        assert run.end() == -signal.SIGKILL
    for pid in operations_of(crashed):
        os.kill(pid, signal.SIGKILL)
    twice.until(lambda: "build: its" in twice.said(), 60)
    assert processes.wait_until(lambda: interrupted(twice), 10)
    assert twice.end() == 130
    occurrence = next(twice.settings.records.iterdir()).name
    left = f"left as it is: what stands of {occurrence} and its foundation; to see it: eventstack sweep; "
    assert f"{left}to remove it: eventstack sweep --delete\n" in twice.said()
    with ThreadPoolExecutor() as pool:
        assert all(pool.map(swept, (killed, crashed, twice)))
    assert [run.left() for run in (killed, crashed, twice)] == [[], [], []]


def swept(run):
    """Again until nothing is left: what an operation still works on is not touched."""
    return processes.wait_until(lambda: run.eventstack("sweep", "--delete").returncode == 0, 90)


def operations_of(run):
    """The worker, the engine and its plugins: what ends with the machine."""
    marked = [process for process in psutil.process_iter() if "EVENTSTACK_OP" in variables(process)]
    return [process.pid for process in marked if variables(process)["EVENTSTACK_HOME"] == str(run.home)]


def variables(process):
    try:
        return process.environ()
    except psutil.Error:
        return {}


def interrupted(run):
    """Once more, until it is gone."""
    if run.process.poll() is None:
        run.process.send_signal(signal.SIGINT)
        return False
    return True


def test_verbs_work_in_seconds_by_the_control_card_with_engine_store_and_state_away(aired, tmp_path):
    address = aired.card()["hls"]
    aired.until(lambda: answers(address) == 200, 20)
    card = shutil.copy(next(aired.settings.cards.glob("*.json")), tmp_path)
    state = aired.settings.state
    state.rename(state.with_name("away"))
    try:
        act(aired, "slate", card, "on")
        assert event_node(aired)["slate"]
        act(aired, "slate", card, "off")
        assert not event_node(aired)["slate"]
        act(aired, "unpublish", card, "--by", "Ada", "--reason", "a blackout")
        assert answers(address) == 404
        aired.saying("held by hand", 10)
        assert answers(address) == 404
        act(aired, "publish", card)
        aired.until(lambda: answers(address) == 200, 20)
    finally:
        state.with_name("away").rename(state)


def act(run, verb, card, *more):
    began = time.monotonic()
    done = run.eventstack(verb, str(card), *more, EVENTSTACK_ENGINE="/nowhere/pulumi")
    assert done.returncode == 0, done.stderr
    assert time.monotonic() - began < SECONDS


def answers(address):
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return answer.status
    except urllib.error.HTTPError as refusal:
        return refusal.code


def event_node(run):
    return NodeClient.of(run.node("event")).health()


@pytest.fixture
def no_ledgers(aired):
    ledgers = [aired.node(layer) / "ledger.jsonl" for layer in ("foundation", "event")]
    for ledger in ledgers:
        ledger.rename(ledger.with_name("aside"))
    yield
    for ledger in ledgers:
        ledger.with_name("aside").replace(ledger)


def test_every_part_with_its_workers_is_found_with_the_ledgers_deleted(aired, no_ledgers):
    assert everybody(aired) <= found_pids(aired)


def test_every_part_with_its_workers_is_found_by_where_it_works_alone(aired, no_ledgers, monkeypatch):
    monkeypatch.setattr(processes, "environment", lambda pid, names: {})
    assert everybody(aired) <= found_pids(aired)


def everybody(run):
    """The parts' processes as the nodes name them, with all of their sessions: nginx has workers."""
    leaders = {name: pid for name, pid in run.pids().items() if pid}
    sessions = {name: {seen.identity.pid for seen in processes.members(pid)} for name, pid in leaders.items()}
    assert len(leaders) == 9
    assert all(len(sessions[name]) >= 2 for name in ("foundation/edge", "foundation/archive", "event/origin"))
    return set.union(*sessions.values())


def found_pids(run):
    return {
        int(found.identity.split(":")[1].split("@")[0])
        for found in inventory(run.settings)
        if found.kind in ("process", "supervisor")
    }


def test_no_secret_is_in_arguments_state_logs_events_or_output(aired, arguments):
    secrets = secrets_of(aired)
    assert kept(aired.home, secrets) == set(secrets), "what is looked for is there to be found"
    seen = {line: names for line in arguments.seen if (names := named(secrets, line))}
    assert list(seen.values()) == [["contribution passphrase"]], "only the synthetic sender's own"
    assert all(b"mode=caller" in line for line in seen)
    assert any(b"pulumi" in line for line in arguments.seen)
    assert holders(aired.home, secrets) == {}


def test_a_foundation_with_a_living_event_refuses_to_be_destroyed_before_anything_is_touched(aired):
    stacks = aired.settings.state / "pulumi" / aired.settings.owner
    name = naming.parse_node_directory_name(aired.node("foundation").name)
    books = FileBooks(stacks, naming.PROJECTS["foundation"], naming.stack_name(name["eventstack-occurrence"], 1))
    before, pids = books.look(), aired.pids()
    tried = subprocess.run(
        [sys.executable, "-c", DESTROY], env=aired.environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert tried.stdout == "a layer is not removed while a child lives\n", tried.stderr
    assert books.look() == before
    assert before.resources
    assert aired.pids() == pids


DESTROY = """
from eventstack import automation
from eventstack.deploy.journal_sqlite import SqliteJournal
from eventstack.errors import Refused
from eventstack.settings import Settings

settings = Settings.from_environment()
stacks = SqliteJournal(settings.state / "journal.sqlite3").stacks(settings.owner)
(plan,) = (known.plan for known in stacks if known.plan.build.layer == "foundation")
try:
    automation.deployer(settings, "local").destroy(plan, reason="a try")
except Refused as refusal:
    print(refusal.rule)
"""


def test_a_sweep_leaves_what_is_on_air_alone_until_a_person_says_so(aired):
    aired.process.kill()
    aired.process.wait()
    before = aired.pids()
    told = aired.eventstack("sweep", "--delete")
    assert told.returncode == 1
    assert "on air" in told.stdout
    assert "--delete --on-air --by NAME --reason TEXT" in told.stdout
    assert "removed" not in told.stdout
    assert aired.pids() == before
    assert answers(aired.card()["hls"]) == 200
    swept = aired.eventstack("sweep", "--delete", "--on-air", "--by", "Ada", "--reason", "its driver is dead")
    assert swept.returncode == 0, swept.stdout + swept.stderr
    assert aired.left() == []
    assert aired.eventstack("sweep").stdout == "Nothing is left.\n"
