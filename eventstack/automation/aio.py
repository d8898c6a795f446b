"""The same calls as coroutines: each blocks a thread of its own and leaves the loop free.

Cancelling the task asks the operation to end, once; the task ends, with `CancelledError`, only when the operation has
come to its end, so that nothing goes on that nobody waits for. Callbacks are called from the call's thread.
"""

import asyncio
import contextvars
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import partial, wraps
from typing import Any, ParamSpec, TypeVar

from eventstack.automation import building, holding, removing, stacks, verbs
from eventstack.automation import by_hand as by_hand_
from eventstack.automation.interrupt import Interrupt

_Given = ParamSpec("_Given")
_Answer = TypeVar("_Answer")


def _coroutine(
    function: Callable[_Given, _Answer], *, interruptible: bool = False
) -> Callable[_Given, Coroutine[Any, Any, _Answer]]:
    @wraps(function)
    async def call(*args: _Given.args, **kwargs: _Given.kwargs) -> _Answer:
        interrupt = Interrupt()
        blocking = partial(function, *args, **kwargs)
        if interruptible:
            theirs = kwargs.get("interrupt")
            interrupt = theirs if isinstance(theirs, Interrupt) else interrupt
            blocking.keywords["interrupt"] = interrupt
        return await _in_a_thread(blocking, interrupt)

    return call


async def _in_a_thread(blocking: Callable[[], _Answer], interrupt: Interrupt) -> _Answer:
    # The loop's own pool has a few threads, which operations of minutes would fill.
    pool = ThreadPoolExecutor(1, thread_name_prefix="eventstack")
    context = contextvars.copy_context()
    running = asyncio.get_running_loop().run_in_executor(pool, lambda: context.run(blocking))
    pool.shutdown(wait=False)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        interrupt.ask()
        await _ended(running)
        raise


async def _ended(running: "asyncio.Future[Any]") -> None:
    """Wait for the end of a call, whatever it is, however often this task is cancelled meanwhile."""
    while not running.done():
        try:
            await asyncio.wait([running])
        except asyncio.CancelledError:
            continue
    if not running.cancelled():
        running.exception()  # looked at, so that the loop does not complain of it


preview = _coroutine(building.preview, interruptible=True)
up = _coroutine(building.up, interruptible=True)
status = _coroutine(stacks.status)
outputs = _coroutine(stacks.outputs)
destroy = _coroutine(removing.destroy, interruptible=True)
list = _coroutine(stacks.stacks)  # noqa: A001 - the word of the command line, as `eventstack.automation` has it
recover = _coroutine(stacks.recover, interruptible=True)
diagnose = _coroutine(stacks.diagnose)
hold = _coroutine(holding.hold)
release = _coroutine(holding.release)
verb = _coroutine(verbs.verb)
logs = _coroutine(stacks.logs)
env = _coroutine(by_hand_.env)
