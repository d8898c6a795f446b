"""The command line over a deployer whose `up` ends only when it is cancelled, and then only if it is polite."""

import sys
import threading

from eventstack.automation import World
from eventstack.cli.main import main
from eventstack.deploy.deployer import StackState
from eventstack.errors import Retryable
from eventstack.testing.fake_deployer import FakeDeployer

polite = sys.argv[1] == "polite"
cancelled = threading.Event()


def before(verb: str, _plan: object) -> None:
    if verb == "up":
        print("running", file=sys.stderr, flush=True)
        while not (cancelled.wait(0.05) and polite):
            pass
        raise Retryable("it was asked to end and ended", after_s=1.0)


fake = FakeDeployer(before=before)
fake.cancel = cancelled.set  # type: ignore[method-assign]
World.deployer = lambda self, cloud, say, **_more: fake  # type: ignore[method-assign, assignment]
World.observe = lambda self, known: StackState("", "", "absent")  # type: ignore[method-assign, assignment]
sys.exit(main(sys.argv[2:]))
