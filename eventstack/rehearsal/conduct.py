"""Put a rehearsal together, drive it to its end, and say how it went. Called by the command line and by tests."""

import contextlib
import getpass
import os
import shutil
import threading
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from eventstack import __version__, automation
from eventstack.deploy import engine
from eventstack.errors import ConfigError, Fault
from eventstack.models.feed import Contribution
from eventstack.node.parts.sender import has_sound
from eventstack.node.secrets_file import read_secret
from eventstack.planning import naming
from eventstack.planning.plan import StackPlan
from eventstack.planning.resolve import parent
from eventstack.probes.viewer import ViewerSummary
from eventstack.rehearsal import by_hand
from eventstack.rehearsal.local import LocalCloud
from eventstack.rehearsal.report import Reporter
from eventstack.rehearsal.script import Choices, Script, write
from eventstack.rehearsal.watch import Broken, Watch
from eventstack.rehearsal.world import RehearsalWorld
from eventstack.scheduler import loop
from eventstack.scheduler.as_run import AsRun, Operation, instant
from eventstack.scheduler.decide import state
from eventstack.scheduler.state import Action, Finish, Observed
from eventstack.settings import Settings
from eventstack.vod.check import VodCheck

MIN_PASSPHRASE, MAX_PASSPHRASE = 10, 79
"""Characters of an SRT passphrase (libsrt, SRTO_PASSPHRASE)."""


@dataclass(frozen=True)
class Result:
    """How a rehearsal went: `ok` only if every step held, every hop stayed whole on air and the viewer saw no gap."""

    ok: bool
    why: str
    occurrence: str
    as_run: AsRun
    facts: dict[str, Any] = field(default_factory=dict)


class Conductor:
    """One rehearsal; `abort` and `end` may be called from a signal handler or another thread at any time."""

    def __init__(self, settings: Settings, choices: Choices, reporter: Reporter) -> None:
        self._settings = settings
        self._report = reporter
        self._wake = threading.Event()
        self._choices = choices
        self._world: RehearsalWorld | None = None
        self._early: tuple[str, str] | None = None
        self.occurrence = ""
        """The name of what is rehearsed; empty until something may have been built."""

    def run(self) -> Result:
        """Find the engine, then drive the event through its life. Raises ConfigError before anything is touched."""
        look_at(write(self._choices, _now(), self._settings.owner).event.contribution)
        records = self._records()
        found = engine.find_or_install(self._settings, self._report.note)
        script = self._claimed(records)
        watch = Watch(_now, self._report.looked)
        try:
            return self._drive(script, found, watch)
        finally:
            watch.close()

    def abort(self, reason: str) -> None:
        """Take everything down."""
        self._early = (_person(), reason)
        if self._world:
            self._world.abort(*self._early)
        self._wake.set()

    def end(self, reason: str) -> None:
        """End the programme."""
        if self._world:
            self._world.end(_person(), reason)
        self._wake.set()

    @property
    def aborted(self) -> bool:
        """Whether somebody took it down before its end."""
        return self._early is not None

    @property
    def on_air(self) -> bool:
        """Whether the programme is on air and not being ended."""
        world = self._world
        return bool(world and world.learnt.published_at and world.intent.kind in ("none", "hold"))

    @property
    def public(self) -> bool:
        """Whether the public may be watching: from the publication until the stack is gone."""
        learnt = self._world.learnt if self._world else None
        return bool(learnt and learnt.published_at and not learnt.clean.get("stack"))

    def _records(self) -> Path:
        records = self._settings.records
        try:
            records.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            hint = f"{fault.strerror}; set EVENTSTACK_HOME to a folder of yours"
            raise ConfigError(Fault("the records can't be kept there", given=str(records), hint=hint)) from fault
        return records

    def _claimed(self, records: Path) -> Script:
        """A script whose name is this rehearsal's alone: the folder of its records is the claim."""
        while True:
            script = write(self._choices, _now(), self._settings.owner)
            with contextlib.suppress(FileExistsError):
                (records / script.event.id).mkdir()
                return script
            self._pause(timedelta(milliseconds=200))  # the name says the second

    def _drive(self, script: Script, found: engine.Engine, watch: Watch) -> Result:
        settings, occurrence = self._settings, script.event.id
        self.occurrence = occurrence
        folder = settings.records / occurrence
        cloud = LocalCloud(settings)
        world = RehearsalWorld(
            foundation=script.foundation,
            resolve=script.resolve,
            parent=parent,
            deployer=automation.deployer(settings, "local", found=found, record_of=lambda _: occurrence, driven=True),
            cloud=cloud,
            watch=watch,
            reporter=self._report,
            now=_now,
            on_air_for=self._choices.on_air_for,
        )
        self._world = world
        if self._early:
            world.abort(*self._early)
        record = AsRun(folder / "as-run.json", _head(script))
        steps: list[Operation] = []
        self._report.planned(script.event.title, script.wanted)

        def decided(action: Action, observed: Observed) -> None:
            self._report.decided(action, observed, state(_now(), script.wanted, observed))

        def taken(step: loop.Taken) -> None:
            steps.append(_operation(step, script, world))
            record.operations = by_hand.merged(steps, folder)
            _see(record, watch)
            record.write()
            self._report.taken(step)
            if step.step.name in ("stop", "destroy"):
                keep_logs(settings, script, world, folder / "logs")

        finish = loop.run(script.wanted, world, now=_now, pause=self._pause, on_decision=decided, on_taken=taken)
        record.operations = by_hand.merged(steps, folder)
        return _result(finish, script, world, watch, record)

    def _pause(self, span: timedelta) -> None:
        self._wake.wait(span.total_seconds())
        self._wake.clear()


def look_at(contribution: Contribution) -> None:
    """See at once what would else fail in the middle of a build; raises ConfigError for what can't be used."""
    source, passphrase = contribution.source, contribution.secret
    if source.kind == "file":
        has_sound(source.name)  # it raises for what has no picture
    if passphrase.kind not in ("env", "file"):
        return
    try:
        text = os.environ.get(passphrase.name, "") if passphrase.kind == "env" else read_secret(Path(passphrase.name))
    except (OSError, UnicodeDecodeError):
        text = ""
    if not (MIN_PASSPHRASE <= len(text) <= MAX_PASSPHRASE and text.isprintable()):
        wrong = "can't be used" if text else "isn't where the event says"
        allowed = "a variable that is set or a file that you can read, of 10 to 79 printable characters"
        fault = Fault(
            f"the passphrase {wrong}", field="contribution.passphrase", given=str(passphrase), allowed=allowed
        )
        raise ConfigError(fault)


def keep_logs(settings: Settings, script: Script, world: RehearsalWorld, folder: Path) -> None:
    """Copy the logs of every part to the records, before the machine that wrote them goes."""
    plans = [plan for plan in (world.learnt.plan, script.foundation) if plan]
    for plan in plans:
        node = settings.nodes / naming.node_directory_name(plan.build.tags)
        for log in [*node.glob("parts/*/*.txt"), *node.glob("parts/*/*.log"), *node.glob("*.log")]:
            part = log.parent.name if log.parent != node else "node"
            target = folder / plan.build.layer / f"{part}.{log.name}"
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(log, target)


def _see(record: AsRun, watch: Watch) -> None:
    """What was seen, and from it the programme's true beginning and end on its own timeline."""
    seen = watch.seen("public")
    record.programme = [*seen, *watch.judge.marks]
    began = [mark.programme_time for mark in seen if mark.kind == "on-air" and mark.programme_time]
    ended = [mark.programme_time for mark in seen if mark.kind == "ended" and mark.programme_time]
    record.head["actual"] = {
        "on_air_from": instant(min(began)) if began else None,
        "on_air_until": instant(max(ended)) if ended else None,
    }


def _head(script: Script) -> dict[str, Any]:
    wanted = script.wanted
    return {
        "eventstack": __version__,
        "occurrence": script.event.id,
        "title": script.event.title,
        "profile": script.profile.name,
        "cloud": script.event.cloud,
        "planned": {
            "up_from": instant(wanted.up_from),
            "line_up_from": instant(wanted.line_up_from),
            "on_air_from": instant(wanted.on_air_from),
            "on_air_until": instant(wanted.on_air_until) if wanted.on_air_until else None,
        },
        "actual": {"on_air_from": None, "on_air_until": None},
        "foundation": {"stack": script.foundation.build.stack, "build_hash": script.foundation.build_hash},
    }


def _operation(taken: loop.Taken, script: Script, world: RehearsalWorld) -> Operation:
    wanted = script.wanted
    planned = {
        "build-parent": wanted.up_from,
        "start": wanted.line_up_from,
        "publish": wanted.on_air_from,
        "stop": wanted.on_air_until,
        "unpublish": wanted.on_air_until + wanted.tail if wanted.on_air_until else None,
    }.get(taken.step.name)
    by = world.intent.by if world.intent.kind != "none" else "rehearsal"
    return Operation(taken.step.name, planned, taken.started, taken.ended, by, taken.step.why, taken.ok, taken.detail)


def _result(finish: Finish, script: Script, world: RehearsalWorld, watch: Watch, record: AsRun) -> Result:
    viewer = watch.summary("public")
    line_up = watch.summary("line-up")
    broken = [stretch for stretch in watch.judge.stretches if stretch.on_air]
    faults = [] if finish.ok else [finish.why]
    faults += [f"{stretch.hop} was broken on air: {stretch.detail}" for stretch in broken]
    # Whoever takes a programme off the air by hand wants the hole that the viewer then sees.
    blackout = any(act.step == "unpublish" and act.ok for act in by_hand.acts(record.path.parent))
    if viewer and finish.ok and (viewer.gaps or viewer.stalls) and not blackout:
        faults.append(f"the viewer saw {viewer.gaps} gaps and {viewer.stalls} stalls")
    facts: dict[str, Any] = {
        "time_to_first_playable_s": _after(world.learnt.source_started, line_up),
        "viewer": _plain(viewer),
        "broken_hops": [_stretch(stretch) for stretch in watch.judge.stretches],
        "verification": {stage: _verified(found) for stage, found in world.learnt.checks.items()},
        "machine": {"cores": os.cpu_count() or 1, "load": round(os.getloadavg()[0], 1)},
        "evidence": sorted(set(world.learnt.evidence)),
    }
    why = "; ".join(dict.fromkeys(faults)) or finish.why
    plan: StackPlan | None = world.learnt.plan
    if plan:
        record.head |= {"stack": plan.build.stack, "build_hash": plan.build_hash, "plan_hash": plan.plan_hash}
    _see(record, watch)
    record.result = {"ok": not faults, "why": why, **facts}
    record.write()
    return Result(not faults, why, script.event.id, record, facts)


def _after(started: datetime | None, viewer: ViewerSummary | None) -> float | None:
    if started is None or viewer is None or viewer.first_playable_at is None:
        return None
    return round((viewer.first_playable_at - started).total_seconds(), 3)


def _verified(found: VodCheck) -> dict[str, Any]:
    findings = [{"name": one.name, "ok": one.ok, "detail": one.detail} for one in found.findings]
    return {"ok": found.ok, "findings": findings}


def _plain(summary: ViewerSummary | None) -> dict[str, Any] | None:
    if summary is None:
        return None
    return {name: instant(value) if isinstance(value, datetime) else value for name, value in asdict(summary).items()}


def _stretch(stretch: Broken) -> dict[str, Any]:
    return {
        "hop": stretch.hop,
        "detail": stretch.detail,
        "since": instant(stretch.since),
        "until": instant(stretch.until) if stretch.until else None,
        "on_air": stretch.on_air,
    }


def _now() -> datetime:
    return datetime.now(UTC)


def _person() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "somebody"
