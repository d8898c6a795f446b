"""The world of one rehearsal: what the loop sees and does, through the deployer, the verbs, the probes and the checks.

A rehearsal has a foundation of its own. Whoever runs it stands in for the operator: after the planned time on air it
ends the programme, as a human would.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

import aiohttp

from eventstack.deploy.deployer import Deployer, Outcome, Override
from eventstack.errors import DeployError, EventstackError, Final
from eventstack.planning.parts import Parent
from eventstack.planning.plan import StackPlan
from eventstack.probes.probe import HOPS, Targets
from eventstack.probes.viewer import Viewer
from eventstack.rehearsal.by_hand import HAND
from eventstack.rehearsal.report import Reporter
from eventstack.rehearsal.watch import Watch
from eventstack.scheduler.state import Intent, Observed, Sight, Step
from eventstack.vod.check import Expected, VodCheck, check

VERB_PATIENCE = 3
"""Looks at a silent control endpoint before its node is started again: its parts go on without it."""

AIR_PATIENCE_S = 10.0
"""How long after `publish` the public may wait for its first cell before the probes call that a broken hop: the cell
that was running must end, and its segment be encoded, packaged and fetched."""

EDGE_EVERY = timedelta(seconds=1)
"""How often the edge is asked what it serves, for the display alone."""


class Cloud(Protocol):
    """What a rehearsal needs of a cloud beyond its stacks."""

    def card(self, outputs: dict[str, Any]) -> dict[str, Any]:
        """Where the verbs of an event are reached, and with which credential."""
        ...

    def perform(self, card: dict[str, Any], verb: str, **arguments: object) -> dict[str, Any]:
        """Do one verb."""
        ...

    def health(self, card: dict[str, Any]) -> dict[str, Any]:
        """What the event's node says of itself; raises a DeployError when it does not answer."""
        ...

    def revive(self, plan: StackPlan) -> None:
        """Start what answers for the event's parts again, without touching the parts."""
        ...

    def gone(self, plan: StackPlan) -> bool:
        """Whether nothing is there any more that could answer for the event's parts."""
        ...

    def edge(self, outputs: dict[str, Any]) -> dict[str, int] | None:
        """Requests, viewers and hits of the last seconds at a foundation's edge; None when it does not say."""
        ...


@dataclass
class Rehearsed:
    """What a rehearsal learns as it goes, for its summary."""

    foundation: StackPlan
    plan: StackPlan | None = None
    outputs: dict[str, Any] = field(default_factory=dict)
    checks: dict[str, VodCheck] = field(default_factory=dict)
    evidence: list[str] = field(default_factory=list)
    clean: dict[str, bool] = field(default_factory=dict)
    source_started: datetime | None = None
    published_at: datetime | None = None


class RehearsalWorld:
    """Implements the loop's `World` for one event with a foundation of its own."""

    def __init__(
        self,
        foundation: StackPlan,
        resolve: Callable[[Parent], StackPlan],
        parent: Callable[[StackPlan, dict[str, Any]], Parent],
        deployer: Deployer,
        cloud: Cloud,
        watch: Watch,
        reporter: Reporter,
        now: Callable[[], datetime],
        on_air_for: timedelta | None,
    ) -> None:
        self.learnt = Rehearsed(foundation)
        self.intent = Intent()
        self._resolve = resolve
        self._parent = parent
        self._deployer = deployer
        self._cloud = cloud
        self._watch = watch
        self._report = reporter
        self._now = now
        self._on_air_for = on_air_for
        self._sights: dict[str, Sight] = {"foundation": "absent", "event": "absent"}
        self._foundation_outputs: dict[str, Any] = {}
        self._card: dict[str, Any] = {}
        self._previewed: set[str] = set()
        self._silent = 0
        self._stopping = False
        self._ended_at: datetime | None = None
        self._edge_seen = datetime.min.replace(tzinfo=UTC)
        self._steps: dict[str, Callable[[], None]] = {
            "build-parent": self._build_parent,
            "resolve": self._make_plan,
            "build": self._build,
            "start": self._start,
            "publish": self._publish,
            "stop": self._stop,
            "unpublish": lambda: self._verb("unpublish"),
            "verify-recording": lambda: self._verify("recording"),
            "destroy": self._destroy,
            "verify-replay": lambda: self._verify("replay"),
            "destroy-parent": self._destroy_parent,
        }

    def observe(self) -> Observed:
        """Look at the stacks (as seen after an operation, again where that failed) and at the event's node (now)."""
        for plan in (self.learnt.foundation, self.learnt.plan):
            if plan and self._sights[plan.build.layer] == "unknown":
                self._sight(plan)
        started, on_air = self._look_at_node()
        if started is not None and on_air is not None:
            self._heed(started=started, on_air=on_air)
        return Observed(
            parent=self._sights["foundation"],
            stack=self._sights["event"],
            resolved=self.learnt.plan is not None,
            started=started,
            on_air=on_air,
            ended=self._ended_at is not None,
            ended_at=self._ended_at,
            good_looks=self._watch.judge.good,
            broken=self._watch.judge.broken(),
            checked={stage: found.ok for stage, found in self.learnt.checks.items()},
            proven=dict(self.learnt.clean),
            intent=self._wish(on_air=on_air),
        )

    def act(self, step: Step) -> None:
        """Do one step; raises an EventstackError when it did not succeed."""
        self._steps[step.name]()

    def abort(self, by: str, reason: str) -> None:
        """Take everything down as soon as what runs now has come to a safe stop."""
        self.intent = Intent("abort", by, reason)
        self._deployer.cancel()

    def end(self, by: str, reason: str) -> None:
        """End the programme; what follows is the usual way down."""
        self.intent = Intent("end", by, reason)

    def _wish(self, *, on_air: bool | None) -> Intent:
        aired = self.learnt.published_at
        if self.intent.kind != "none" or not on_air or aired is None or self._on_air_for is None:
            return self.intent
        if self._now() < aired + self._on_air_for:
            return self.intent
        return Intent("end", "rehearsal", f"its {self._on_air_for.total_seconds():g} s on air are over")

    def _look_at_node(self) -> tuple[bool | None, bool | None]:
        if self._sights["event"] == "absent":
            return False, False
        if not self._card:
            return False, False
        try:
            health = self._cloud.health(self._card)
        except DeployError:
            if self.learnt.plan and self._cloud.gone(self.learnt.plan):
                return False, False
            self._silent += 1
            if self._silent >= VERB_PATIENCE and self.learnt.plan:
                self._silent = 0
                self._revive(self.learnt.plan)
            return None, None
        self._silent = 0
        if health["on_air"] and self._now() >= self._edge_seen + EDGE_EVERY:
            self._edge_seen = self._now()
            served = self._cloud.edge(self._foundation_outputs)
            if served:
                self._report.edge(**served)
            else:
                self._revive(self.learnt.foundation)
        return bool(health["started"]), bool(health["on_air"])

    def _revive(self, plan: StackPlan) -> None:
        layer = plan.build.layer
        self._report.note(f"the {layer}'s node does not answer: starting its supervisor again, its parts go on")
        try:
            self._cloud.revive(plan)
        except EventstackError as error:
            self._report.note(f"its supervisor did not come up: {error}")

    def _see_to_parent(self) -> None:
        """See that the foundation answers: the event's entry and keys are with it, and go only by it."""
        if self._foundation_outputs and self._cloud.edge(self._foundation_outputs) is None:
            self._revive(self.learnt.foundation)

    def _heed(self, *, started: bool, on_air: bool) -> None:
        """Follow what a person did by a verb, past this loop: it wins over what was planned."""
        if self.intent.kind == "abort":
            return
        if started and self.learnt.source_started is None:
            self._watch_line_up()
        if on_air and self.learnt.published_at is None:
            self._watch_air()
        if self.learnt.published_at is None or self._stopping or self.intent.kind not in ("none", "hold"):
            return
        if not started:
            self._watch.stop_looking()
            self.end(HAND, "the programme was ended by a verb")
        elif not on_air and self.intent.kind == "none":
            self.intent = Intent("hold", HAND, "taken off air by a verb; `publish` puts it back, `stop` ends it")
            self._watch.look_at(self._targets(on_air=False), self._hops(), on_air=False)
        elif on_air and self.intent.kind == "hold":
            self.intent = Intent()
            # until a new cell is out the public has only the old ones
            self._watch.later(self._targets(on_air=True), after_s=AIR_PATIENCE_S)

    def _build_parent(self) -> None:
        outcome = self._up(self.learnt.foundation)
        self._foundation_outputs = outcome.outputs

    def _make_plan(self) -> None:
        self.learnt.plan = self._resolve(self._parent(self.learnt.foundation, self._foundation_outputs))
        self._report.resolved(self.learnt.plan)

    def _build(self) -> None:
        plan = self._planned()
        outputs = self._up(plan).outputs
        self.learnt.outputs = outputs
        self._card = self._cloud.card(outputs)
        self._report.addresses({name: str(outputs[name]) for name in ("hls", "dash", "licence") if outputs.get(name)})

    def _up(self, plan: StackPlan) -> Outcome:
        def moved(progress: Any) -> None:
            self._report.moved(plan.build.layer, progress)

        try:
            if plan.build.stack not in self._previewed:
                self._deployer.preview(plan, moved)
                self._previewed.add(plan.build.stack)
            return self._deployer.up(plan, build_hash=plan.build_hash, on_progress=moved)
        finally:
            self._sight(plan)

    def _sight(self, plan: StackPlan) -> None:
        seen = self._deployer.observe(plan.build.project, plan.build.stack).existence
        self._sights[plan.build.layer] = seen

    def _start(self) -> None:
        begun = self._now()
        self._verb("start")
        self._watch_line_up(begun)

    def _watch_line_up(self, begun: datetime | None = None) -> None:
        self.learnt.source_started = begun or self._now()
        outputs = self.learnt.outputs
        self._watch.look_at(self._targets(on_air=False), self._hops(), on_air=False)
        headers = self._preview_headers()
        segment_s = _segment_s(self._planned())
        private = Viewer(
            str(outputs["preview_hls"]),
            session_factory=lambda: aiohttp.ClientSession(headers=headers),
            licence=_text(outputs.get("licence")),
            segment_s=segment_s,
        )
        self._watch.follow("line-up", private)
        public = Viewer(
            str(outputs["hls"]),
            licence=_text(outputs.get("licence")),
            segment_s=segment_s,
            on_observation=self._watch.take,
        )
        self._watch.follow("public", public)

    def _publish(self) -> None:
        self._verb("publish")
        self._watch_air()

    def _watch_air(self) -> None:
        self.learnt.published_at = self._now()
        self._watch.leave("line-up")
        self._watch.once_aired(self._targets(on_air=True), patience_s=AIR_PATIENCE_S)

    def _stop(self) -> None:
        self._stopping = True
        self._watch.stop_looking()
        self._verb("stop")
        self._ended_at = self._now()

    def _verb(self, verb: str) -> None:
        try:
            answer = self._cloud.perform(self._card, verb)
        except DeployError:
            self._see_to_parent()
            raise
        if not answer.get("ok"):
            raise DeployError(str(answer.get("detail", "no reason given")), operation=verb)

    def _verify(self, stage: str) -> None:
        plan, outputs = self._planned(), self.learnt.outputs
        expected = Expected(
            on_air_s=self._watch.aired_s("public"),
            segment_s=_segment_s(plan),
            kids=tuple(sorted((outputs.get("kids") or {}).values())),
        )
        found = self._watch.call(
            check(str(outputs["vod_hls"]), str(outputs["vod_dash"]), _text(outputs.get("licence")), expected)
        )
        self.learnt.checks[stage] = found

    def _destroy(self) -> None:
        self._watch.stop_looking()
        for name in ("line-up", "public"):
            self._watch.leave(name)
        if self.learnt.plan is None:
            self.learnt.clean["stack"] = True
            return
        self._take_down(self.learnt.plan, "stack")

    def _destroy_parent(self) -> None:
        self._take_down(self.learnt.foundation, "parent")

    def _take_down(self, plan: StackPlan, name: str) -> None:
        override = Override(self.intent.by, self.intent.reason) if self.intent.kind == "abort" else None
        reason = self.intent.reason or "the event is over"
        doubt: Final | None = None
        if plan is not self.learnt.foundation:
            self._see_to_parent()
        try:
            try:
                self._deployer.destroy(
                    plan,
                    reason=reason,
                    override=override,
                    on_progress=lambda progress: self._report.moved(plan.build.layer, progress),
                )
            except Final as fault:
                doubt = fault  # as a create that was cut off: the inventories settle it
            proof = self._deployer.evidence(plan)
            self.learnt.evidence.append(proof.path)
            if doubt and not proof.clean:
                raise doubt
            if not proof.clean:
                left = ", ".join(found.identity for found in proof.inventories[-1])
                raise DeployError(f"two inventories still show {left}", stack=plan.build.stack, operation="destroy")
            self._deployer.forget(plan)
        finally:
            self._sight(plan)
        self.learnt.clean[name] = True

    def _hops(self) -> tuple[str, ...]:
        gates = self._planned().gates
        return gates.hops if gates else HOPS

    def _planned(self) -> StackPlan:
        if self.learnt.plan is None:
            raise Final("there is no plan yet")
        return self.learnt.plan

    def _preview_headers(self) -> dict[str, str]:
        path = self.learnt.outputs.get("preview_credential_file")
        if not path:
            return {}
        return {"Authorization": f"Bearer {Path(str(path)).read_text(encoding='utf-8').strip()}"}

    def _targets(self, *, on_air: bool) -> Targets:
        plan, outputs = self._planned(), self.learnt.outputs
        encoder = plan.build.encoder
        return Targets(
            control=str(self._card["control"]),
            control_token=str(self._card["control_token"]),
            origin=str(outputs["origin"]),
            hls=str(outputs["hls" if on_air else "preview_hls"]),
            dash=str(outputs["dash" if on_air else "preview_dash"]),
            headers={} if on_air else self._preview_headers(),
            licence=_text(outputs.get("licence")),
            segment_s=_segment_s(plan),
            renditions=tuple(rendition.name for rendition in encoder.renditions) if encoder else (),
            audio=tuple(track.name for track in encoder.audio) if encoder else (),
        )


def _segment_s(plan: StackPlan) -> float:
    return float(Fraction(plan.build.segment.duration)) if plan.build.segment else 0.0


def _text(value: object) -> str | None:
    return str(value) if value else None
