"""An event's life as a Temporal workflow, and the calls of `eventstack.automation` as its activities. Copy it.

    temporal server start-dev &
    python temporal_event.py &
    temporal workflow start --task-queue eventstack --type EventLife --workflow-id talk --input '{"event": "talk.yaml"}'

`docs/temporal.md` says why each part is as it is.
"""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception
from temporalio.worker import Worker
from temporalio.workflow import ActivityCancellationType, ActivityConfig

with workflow.unsafe.imports_passed_through():
    from eventstack import automation
    from eventstack.automation import aio
    from eventstack.deploy.deployer import OnProgress, Progress
    from eventstack.errors import EventstackError, Retryable

ATTEMPT = timedelta(hours=2)
"""How long one attempt may take; more than an operation (`EVENTSTACK_DEADLINE_S`) and the wait for somebody else's."""

GIVE_UP = timedelta(hours=6)
"""How long a step is tried again by itself, before a person is asked."""

RETRIES = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1))
"""For what says no time itself: a worker that died, a fault that nobody foresaw."""

T = TypeVar("T")


@dataclass(frozen=True)
class Wanted:
    """A workflow's input: an event's file, on the worker's machine, and the foundation where more than one stands.

    A worker that is silent for `silence_s` seconds is taken for dead, and its work is given to another.
    """

    event: str
    foundation: str | None = None
    silence_s: float = 30.0


@dataclass(frozen=True)
class Agreed:
    """What was previewed, and so what may run: the stack, the hash of its build, the instant it is to stand from."""

    stack: str
    build_hash: str
    up_from: str | None


@dataclass(frozen=True)
class Over:
    """A stack that is to go, and why."""

    stack: str
    reason: str


@dataclass(frozen=True)
class Life:
    """What the query answers, and at last the workflow: `state` is waiting, up, standing, destroy or gone; with
    `failed` a step needs a person, and `words` says for what.
    """

    state: str = "preview"
    failed: bool = False
    words: str = ""
    stack: str = ""
    build_hash: str = ""
    outputs: dict[str, Any] = field(default_factory=dict)


class Seen:
    """What a heartbeat tells: how far each resource is, as the operation's thread last said it."""

    def __init__(self) -> None:
        self._latest: dict[str, Progress] = {}

    def moved(self, progress: Progress) -> None:
        """Take the news of one resource."""
        self._latest[progress.urn] = progress

    def told(self) -> dict[str, Any]:
        """The news so far, as plain values."""
        latest = list(self._latest.values())
        running = [f"{one.op} {one.name}" for one in latest if one.state == "running"]
        return {"done": sum(one.state == "done" for one in latest), "running": running}


class EventActivities:
    """The steps of an event's life, each safe to repeat and to run twice at once; `world` is for tests."""

    def __init__(self, world: automation.World | None = None) -> None:
        self.world = world

    @activity.defn
    async def preview(self, wanted: Wanted) -> Agreed:
        """Say what `up` will build, and keep it; nothing is built."""

        async def call(on_progress: OnProgress) -> Agreed:
            plan = await asyncio.to_thread(
                automation.resolve, wanted.event, foundation=wanted.foundation, world=self.world
            )
            shown = await aio.preview(plan, on_progress=on_progress, world=self.world)
            up_from = plan.timeline.up_from if plan.timeline else None
            return Agreed(f"{plan.build.project}/{plan.build.stack}", shown.build_hash, up_from)

        return await _watched(call)

    @activity.defn
    async def up(self, agreed: Agreed) -> dict[str, Any]:
        """Build what was agreed on, and nothing else; its outputs, in which secrets read `[secret]`."""

        async def call(on_progress: OnProgress) -> dict[str, Any]:
            outcome = await aio.up(
                agreed.stack, build_hash=agreed.build_hash, by=_who(), on_progress=on_progress, world=self.world
            )
            return outcome.outputs

        return await _watched(call)

    @activity.defn
    async def destroy(self, over: Over) -> str:
        """Remove the stack, prove it and forget it; where the evidence lies."""

        async def call(on_progress: OnProgress) -> str:
            ended = await aio.destroy(
                over.stack, reason=over.reason, by=_who(), on_progress=on_progress, world=self.world
            )
            return ended.evidence.path if ended.evidence else ""

        return await _watched(call)


async def _watched(call: Callable[[OnProgress], Coroutine[Any, Any, T]]) -> T:
    """Run a call to its end with a heartbeat three times in the silence that is allowed.

    A wish to cancel asks the operation to end, once, and the heart beats on until it has ended.
    """
    seen = Seen()
    work = asyncio.create_task(call(seen.moved))
    silence = activity.info().heartbeat_timeout or timedelta(seconds=30)
    while not work.done():
        activity.heartbeat(seen.told())
        try:
            await asyncio.wait([work], timeout=silence.total_seconds() / 3)
        except asyncio.CancelledError:
            if not _superseded():
                work.cancel()
    try:
        return work.result()
    except EventstackError as fault:
        raise told(fault) from None
    except asyncio.CancelledError:
        details = activity.cancellation_details()
        if details and details.worker_shutdown:
            raise ApplicationError("its worker ends; another goes on", type="WorkerEnds") from None
        raise


def _superseded() -> bool:
    """Whether the server gave this attempt up for dead: the next one follows the operation that this one carries."""
    details = activity.cancellation_details()
    return details is not None and (details.not_found or details.timed_out)


def told(fault: EventstackError) -> ApplicationError:
    """The error as Temporal understands it: what may help later is tried again then, all else needs a person."""
    kind = type(fault).__name__
    if isinstance(fault, Retryable):
        return ApplicationError(str(fault), type=kind, next_retry_delay=timedelta(seconds=fault.after_s))
    return ApplicationError(str(fault), type=kind, non_retryable=True)


def _who() -> str:
    return f"temporal {activity.info().workflow_id}"


@workflow.defn
class EventLife:
    """Preview at once, build when it is time, stand until somebody says that it is over, remove."""

    def __init__(self) -> None:
        self._life = Life()
        self._over: str | None = None
        self._again = False
        self._silence = timedelta()

    @workflow.run
    async def run(self, wanted: Wanted) -> Life:
        """Live from the preview to the evidence; where it is cancelled, the event goes before it ends."""
        self._silence = timedelta(seconds=wanted.silence_s)
        agreed = await workflow.execute_activity_method(EventActivities.preview, wanted, **self._terms())
        self._life = Life("waiting", stack=agreed.stack, build_hash=agreed.build_hash)
        try:
            await self._time_has_come(agreed.up_from)
            await self._stand(agreed)
        except (ActivityError, asyncio.CancelledError) as fault:
            if not is_cancelled_exception(fault):
                raise
            self._over = "its workflow was cancelled"
            await self._remove(agreed)
            raise
        removing = asyncio.create_task(self._remove(agreed))
        try:
            await asyncio.shield(removing)
        except asyncio.CancelledError:
            await removing  # it goes already
        return self._life

    @workflow.signal
    def end(self, reason: str) -> None:
        """The event is over, or is not wanted any more; where a teardown waits for a person: try again."""
        self._over, self._again = reason or "it is over", True

    @workflow.signal
    def again(self) -> None:
        """A person has looked at what failed: try again."""
        self._again = True

    @workflow.query
    def life(self) -> Life:
        """Where it is."""
        return self._life

    async def _time_has_come(self, up_from: str | None) -> None:
        if up_from is None:
            return
        wait = datetime.fromisoformat(up_from) - workflow.now()
        with contextlib.suppress(TimeoutError):
            await workflow.wait_condition(lambda: self._over is not None, timeout=max(wait, timedelta()))

    async def _stand(self, agreed: Agreed) -> None:
        while self._over is None:
            self._life = replace(self._life, state="up", failed=False, words="")
            try:
                outputs = await workflow.execute_activity_method(EventActivities.up, agreed, **self._terms())
            except ActivityError as fault:
                if is_cancelled_exception(fault):
                    raise
                await self._ask_a_person(fault)
                continue
            self._life = replace(self._life, state="standing", outputs=outputs)
            await workflow.wait_condition(lambda: self._over is not None)

    async def _remove(self, agreed: Agreed) -> None:
        while self._life.state != "gone":
            over = Over(agreed.stack, self._over or "it is over")
            self._life = replace(self._life, state="destroy", failed=False, words=over.reason)
            try:
                evidence = await workflow.execute_activity_method(EventActivities.destroy, over, **self._terms())
            except ActivityError as fault:
                await self._ask_a_person(fault)
                continue
            self._life = replace(self._life, state="gone", words=evidence)

    async def _ask_a_person(self, fault: ActivityError) -> None:
        """Leave what stands as it is until a signal comes."""
        self._life = replace(self._life, failed=True, words=str(fault.cause))
        self._again = False
        await workflow.wait_condition(lambda: self._again)

    def _terms(self) -> ActivityConfig:
        return ActivityConfig(
            start_to_close_timeout=ATTEMPT,
            schedule_to_close_timeout=GIVE_UP,
            heartbeat_timeout=self._silence,
            retry_policy=RETRIES,
            # a cancelled workflow goes on when the operation has ended, not while it ends
            cancellation_type=ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        )


async def work(
    address: str = "127.0.0.1:7233", queue: str = "eventstack", *, world: automation.World | None = None
) -> None:
    """Work off a queue until SIGTERM or SIGINT; when this returns, the worker has ended, and what it carried out."""
    client = await Client.connect(address)
    activities, over = EventActivities(world), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, over.set)
    async with Worker(
        client,
        task_queue=queue,
        workflows=[EventLife],
        activities=[activities.preview, activities.up, activities.destroy],
    ):
        await over.wait()


def main(*, world: automation.World | None = None) -> None:
    """Work until told to end; the address and the queue are the command's arguments."""
    asyncio.run(work(*sys.argv[1:3], world=world))
    # the threads of Temporal's library can abort an interpreter that ends by itself (its issue 300)
    os._exit(0)


if __name__ == "__main__":
    main()
