"""The calls as coroutines: the loop stays free, and a cancelled task waits for its operation's end."""

import asyncio
import threading

import pytest

from eventstack.automation import aio
from eventstack.errors import Retryable
from eventstack.planning.plan import StackPlan
from tests.automation.conftest import Here


class Gate:
    """Holds an `up` until it is cancelled, and until the test lets it go."""

    def __init__(self, desk: Here) -> None:
        self.reached, self.asked, self.opened = threading.Event(), threading.Event(), threading.Event()
        self.fake = desk.theirs
        self.fake.before = self.before  # type: ignore[attr-defined]
        self.fake.cancel = self.cancel  # type: ignore[method-assign]
        self.asks = 0

    def before(self, verb: str, plan: StackPlan) -> None:
        if verb == "up":
            self.reached.set()
            assert self.asked.wait(10)
            assert self.opened.wait(10)
            raise Retryable("it was asked to end and ended", after_s=1.0)

    def cancel(self) -> None:
        self.asks += 1
        self.asked.set()


async def reached(event: threading.Event) -> None:
    assert await asyncio.to_thread(event.wait, 10)


async def test_a_cancelled_task_asks_its_operation_to_end_once_and_waits_for_that(desk: Here) -> None:
    gate = Gate(desk)
    task = asyncio.create_task(aio.up(new_foundation="season", world=desk))
    await reached(gate.reached)
    task.cancel()
    await reached(gate.asked)
    task.cancel()
    done, _ = await asyncio.wait([task], timeout=0.2)
    assert not done
    gate.opened.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert gate.asks == 1
    assert (await aio.status("season", world=desk)).running is None


async def test_many_calls_at_once_do_not_wait_for_each_other(desk: Here) -> None:
    everybody = threading.Barrier(40)
    desk.theirs.before = lambda verb, _plan: verb == "preview" and everybody.wait(20)  # type: ignore[attr-defined]
    await asyncio.gather(*(aio.preview(new_foundation=f"season-{number}", world=desk) for number in range(40)))
    assert len(await aio.list(world=desk)) == 40


async def test_an_error_comes_out_of_the_coroutine_as_it_is(desk: Here) -> None:
    desk.theirs.fail("preview", Retryable("throttled", after_s=7.0))  # type: ignore[attr-defined]
    with pytest.raises(Retryable, match="throttled") as raised:
        await aio.up(new_foundation="season", world=desk)
    assert raised.value.after_s == 7.0


async def test_the_coroutines_have_the_names_of_the_calls() -> None:
    from eventstack import automation

    for name in ("preview", "up", "status", "outputs", "destroy", "list", "recover", "diagnose", "verb", "logs", "env"):
        assert getattr(aio, name).__wrapped__ is getattr(automation, name)
