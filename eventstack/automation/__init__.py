"""What any scheduler calls: build, look at, act on and remove the stacks of events, by plain values.

```python
from eventstack import automation

automation.up("talk.yaml")
automation.destroy("talk.yaml", reason="the talk is over")
```

Every call blocks until it is done, is idempotent, may be made from any number of processes at once, and raises only
what `eventstack.errors` names. `eventstack.automation.aio` has the same calls as coroutines, the command line has them
as commands. `deployer` is what they stand on: one cloud's deployer, for whoever drives the steps one by one.
"""

from eventstack.automation.background import Begun as Begun
from eventstack.automation.background import begin as begin
from eventstack.automation.building import preview as preview
from eventstack.automation.building import up as up
from eventstack.automation.by_hand import ByHand as ByHand
from eventstack.automation.by_hand import env as env
from eventstack.automation.given import Event as Event
from eventstack.automation.holding import hold as hold
from eventstack.automation.holding import release as release
from eventstack.automation.interrupt import Interrupt as Interrupt
from eventstack.automation.make import accounted as accounted
from eventstack.automation.make import deployer as deployer
from eventstack.automation.removing import destroy as destroy
from eventstack.automation.stacks import diagnose as diagnose
from eventstack.automation.stacks import logs as logs
from eventstack.automation.stacks import outputs as outputs
from eventstack.automation.stacks import recover as recover
from eventstack.automation.stacks import stacks as list  # noqa: A004 - the word of the command line
from eventstack.automation.stacks import status as status
from eventstack.automation.values import Log as Log
from eventstack.automation.values import Status as Status
from eventstack.automation.values import Teardown as Teardown
from eventstack.automation.values import Work as Work
from eventstack.automation.verbs import verb as verb
from eventstack.automation.wanted import resolve as resolve
from eventstack.automation.world import World as World
from eventstack.deploy.condition import Condition as Condition
from eventstack.deploy.condition import Finding as Finding

__all__ = [
    "Begun",
    "ByHand",
    "Condition",
    "Event",
    "Finding",
    "Interrupt",
    "Log",
    "Status",
    "Teardown",
    "Work",
    "World",
    "accounted",
    "begin",
    "deployer",
    "destroy",
    "diagnose",
    "env",
    "hold",
    "list",
    "logs",
    "outputs",
    "preview",
    "recover",
    "release",
    "resolve",
    "status",
    "up",
    "verb",
]
