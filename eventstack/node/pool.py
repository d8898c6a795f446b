"""Where blocking work goes: threads of the node's own, so that one slow part never stalls the control endpoint."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Answer = TypeVar("Answer")


class Pool:
    """Runs a blocking call in a thread and awaits its answer."""

    def __init__(self, threads: int = 24) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="part")

    async def __call__(self, call: Callable[..., Answer], *arguments: Any) -> Answer:
        """Await `call(*arguments)`; its error is raised here."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, call, *arguments)

    def close(self) -> None:
        """Let go of the threads; what runs in them is not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)
