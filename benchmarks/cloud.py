"""The fake cloud of the benchmarks in a process of its own: `python cloud.py LATENCY_S` prints its port, serves until
its standard input ends, and then prints how many things are left in it.
"""

import sys
import time
from typing import Any

from eventstack.testing.fake_provider import FakeProvider


class SlowCloud(FakeProvider):
    """A fake cloud whose every create, update and delete takes `latency_s`."""

    def __init__(self, latency_s: float) -> None:
        super().__init__()
        self._latency_s = latency_s

    def _step(self, operation: str, name: str, context: Any) -> None:
        time.sleep(self._latency_s)
        super()._step(operation, name, context)


if __name__ == "__main__":
    with SlowCloud(float(sys.argv[1])).serving() as cloud:
        print(cloud.port, flush=True)
        sys.stdin.read()
        print(len(cloud.world), flush=True)
