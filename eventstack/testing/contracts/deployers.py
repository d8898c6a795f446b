"""What whoever drives a deployer may rely on; for every implementation of `eventstack.deploy.deployer.Deployer`.

```python
class TestMyDeployer(DeployerContract):
    @pytest.fixture
    def stage(self) -> Stage: ...
```
"""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec
import pytest

from eventstack.deploy.deployer import Deployer, Override, Progress
from eventstack.errors import EventstackError, Refused
from eventstack.planning.plan import StackPlan

CHANGING = frozenset({"create", "update", "replace", "delete"})
"""The ops that change something; the others are looks."""


@dataclass(frozen=True)
class Stage:
    """A deployer that knows no stack yet, a plan that it can build, and its world in the test's hands.

    `set_on_air` says whether the plan's occurrence has an audience; `fail_up` makes the next `up` fail on its way.
    """

    deployer: Deployer
    plan: StackPlan
    set_on_air: Callable[[bool], None]
    fail_up: Callable[[], None]

    def build(self) -> None:
        """Preview and build the plan."""
        self.deployer.preview(self.plan)
        self.deployer.up(self.plan, build_hash=self.plan.build_hash)

    def existence(self) -> str:
        """What the deployer sees of the stack."""
        return self.deployer.observe(self.plan.build.project, self.plan.build.stack).existence


class DeployerContract:
    """The promises, one a test."""

    @pytest.fixture
    def stage(self) -> Stage:
        """A fresh stage for each test; override it."""
        raise NotImplementedError("give a fixture `stage`")

    def test_what_was_not_previewed_does_not_run(self, stage: Stage) -> None:
        with pytest.raises(Refused):
            stage.deployer.up(stage.plan, build_hash=stage.plan.build_hash)
        assert stage.existence() == "absent"

    def test_another_build_than_the_previewed_one_does_not_run(self, stage: Stage) -> None:
        plan = stage.plan
        stage.deployer.preview(plan)
        build = msgspec.structs.replace(plan.build, epoch="2030-01-01T00:00:00Z")
        other = msgspec.structs.replace(plan, build=build)
        for wanted, build_hash in ((other, other.build_hash), (plan, other.build_hash)):
            with pytest.raises(Refused):
                stage.deployer.up(wanted, build_hash=build_hash)

    def test_what_was_previewed_is_built_and_built_again_changes_nothing(self, stage: Stage) -> None:
        deployer, plan, seen = stage.deployer, stage.plan, list[Progress]()
        assert stage.existence() == "absent"
        preview = deployer.preview(plan, seen.append)
        assert (preview.kind, preview.ok, preview.build_hash) == ("preview", True, plan.build_hash)
        assert preview.changes.get("create", 0) > 0
        assert {one.state for one in seen} == {"planned"}
        seen.clear()
        built = deployer.up(plan, build_hash=plan.build_hash, on_progress=seen.append)
        assert (built.kind, built.ok, built.changes) == ("up", True, preview.changes)
        done = {one.urn: one for one in seen if one.state == "done"}
        assert done
        assert all(one.duration_s is not None and one.duration_s >= 0 for one in done.values())
        assert stage.existence() == "present"
        again = deployer.up(plan, build_hash=plan.build_hash)
        assert not CHANGING & again.changes.keys()
        assert again.outputs == built.outputs

    def test_an_up_that_failed_is_completed_by_the_next(self, stage: Stage) -> None:
        stage.deployer.preview(stage.plan)
        stage.fail_up()
        with pytest.raises(EventstackError) as caught:
            stage.deployer.up(stage.plan, build_hash=stage.plan.build_hash)
        assert str(caught.value)
        assert stage.deployer.up(stage.plan, build_hash=stage.plan.build_hash).ok
        assert stage.existence() == "present"

    def test_what_is_on_air_is_destroyed_only_by_a_person_who_says_why(self, stage: Stage) -> None:
        stage.build()
        stage.set_on_air(True)
        with pytest.raises(Refused):
            stage.deployer.destroy(stage.plan, reason="the end")
        assert stage.existence() == "present"
        gone = stage.deployer.destroy(stage.plan, reason="the end", override=Override("Ada", "fire in the hall"))
        assert (gone.kind, gone.ok) == ("destroy", True)

    def test_a_schedule_that_decided_on_another_revision_destroys_nothing(self, stage: Stage) -> None:
        stage.build()
        with pytest.raises(Refused):
            stage.deployer.destroy(stage.plan, reason="the end", revision="of yesterday")
        assert stage.existence() == "present"
        assert stage.deployer.destroy(stage.plan, reason="the end", revision=stage.plan.plan_hash).ok

    def test_a_built_stack_is_well_and_a_recovery_does_nothing(self, stage: Stage) -> None:
        stage.build()
        condition = stage.deployer.diagnose(stage.plan)
        assert (condition.healthy, condition.steps) == (True, ())
        steps: list[str] = []
        assert stage.deployer.recover(stage.plan, steps.append).healthy
        assert steps == []

    def test_a_living_stack_is_not_proven_gone_and_not_forgotten(self, stage: Stage) -> None:
        stage.build()
        assert not stage.deployer.evidence(stage.plan).clean
        with pytest.raises(Refused):
            stage.deployer.forget(stage.plan)
        assert stage.existence() == "present"

    def test_a_stack_is_destroyed_proven_gone_and_forgotten_each_as_often_as_one_likes(self, stage: Stage) -> None:
        stage.build()
        deployer, plan = stage.deployer, stage.plan
        assert CHANGING & deployer.destroy(plan, reason="the end").changes.keys() == {"delete"}
        assert not CHANGING & deployer.destroy(plan, reason="the end").changes.keys()
        for _ in range(2):
            evidence = deployer.evidence(plan)
            assert evidence.clean
            assert len(evidence.inventories) == 2
        for _ in range(2):
            deployer.forget(plan)
            assert stage.existence() == "absent"

    def test_of_what_was_never_built_there_is_nothing_to_destroy(self, stage: Stage) -> None:
        gone = stage.deployer.destroy(stage.plan, reason="the end")
        assert gone.ok
        assert not CHANGING & gone.changes.keys()

    def test_a_wish_to_cancel_with_nothing_to_cancel_is_forgotten(self, stage: Stage) -> None:
        stage.deployer.cancel()
        assert stage.deployer.preview(stage.plan).ok
