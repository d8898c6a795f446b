"""A wish to end, from another thread, a signal handler or a cancelled task, to a call that blocks."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from eventstack.deploy.deployer import OnProgress, Progress
from eventstack.errors import Retryable

AFTER_S = 5.0
"""When an interrupted call is worth another try, in seconds."""


class Interrupt:
    """Hand one to a call, keep it, and `ask` ends that call: once, politely, at the next safe place."""

    def __init__(self) -> None:
        self._asked = False
        self._cancels: list[Callable[[], None]] = []

    @property
    def asked(self) -> bool:
        """Whether the end was asked for."""
        return self._asked

    @property
    def heard(self) -> bool:
        """Whether something runs now that a wish would reach."""
        return bool(self._cancels)

    def ask(self) -> None:
        """Ask for the end and return at once; asking again changes nothing."""
        if not self._asked:
            self._asked = True
            for cancel in tuple(self._cancels):
                cancel()

    @contextmanager
    def reaching(self, cancel: Callable[[], None]) -> Iterator[None]:
        """Let a wish reach what runs in this block; raises Retryable where it was made before."""
        self.check()
        self._cancels.append(cancel)
        try:
            yield
        finally:
            self._cancels.remove(cancel)

    def check(self) -> None:
        """Stop between two steps; raises Retryable when the end was asked for."""
        if self._asked:
            raise Retryable("it was asked to end, and stopped before its next step", after_s=AFTER_S)

    def heeding(self, on_progress: OnProgress, cancel: Callable[[], None]) -> OnProgress:
        """The same callback, which also hands on a wish that was made before the operation could hear it."""

        def moved(progress: Progress) -> None:
            if self._asked:
                cancel()
            on_progress(progress)

        return moved
