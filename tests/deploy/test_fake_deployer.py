import pytest

from eventstack.deploy.deployer import Deployer, Found, Override, Progress
from eventstack.errors import Refused, Retryable
from eventstack.testing.fake_deployer import FakeDeployer
from tests.deploy.conftest import a_plan


def test_it_keeps_the_promises_of_a_deployer() -> None:
    fake, plan, seen = FakeDeployer(outputs=lambda _: {"edge": "x"}), a_plan(), list[Progress]()
    deployer: Deployer = fake
    with pytest.raises(Refused):
        deployer.up(plan, build_hash=plan.build_hash)
    deployer.preview(plan)
    assert deployer.up(plan, build_hash=plan.build_hash, on_progress=seen.append).outputs == {"edge": "x"}
    assert {progress.state for progress in seen} == {"running", "done"}
    fake.on_air.add("talk")
    with pytest.raises(Refused):
        deployer.destroy(plan, reason="the end")
    with pytest.raises(Refused):
        deployer.forget(plan)
    deployer.destroy(plan, reason="the end", override=Override("Ada", "fire"))
    fake.leftovers["talk-i1"] = [Found("part", "x", {})]
    evidence = deployer.evidence(plan)
    assert (len(evidence.inventories[0]), evidence.clean) == (1, True)
    deployer.forget(plan)
    assert deployer.observe("eventstack-event", "talk-i1").existence == "absent"


def test_it_fails_as_scripted() -> None:
    fake, plan = FakeDeployer(), a_plan()
    fake.fail("preview", Retryable("busy", after_s=1.0))
    with pytest.raises(Retryable):
        fake.preview(plan)
    assert fake.preview(plan).ok
    assert fake.calls == [("preview", "talk-i1")] * 2
