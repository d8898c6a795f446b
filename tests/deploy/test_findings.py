"""Each of the ten findings about the engine that the design rests on has a test that fails if it is forgotten.

1.  The engine's output goes to files, never to a pipe of its parent:
    `test_1_...` here; `test_interrupted_operations`:
    `test_the_engine_finishes_when_its_caller_is_killed_in_mid_create`.
2.  A create that was cut off leaks in silence:
    `test_interrupted_operations`: the four `..._create_that_was_cut_off_...` and `..._never_happened_...`;
    the kill matrix.
3.  `refresh --import-pending-creates` only forgets:
    `test_interrupted_operations`: `test_a_create_that_was_cut_off_is_adopted_and_not_made_twice`, which counts creates.
4.  The backend goes without `.attrs` sidecars: `test_4_...` here;
    `test_recovery`: `test_an_empty_sidecar_is_told_and_removed_and_the_stack_is_whole` and `test_lost_books_...`.
5.  Programs don't share a process, and an SDK from before 3.260 is not taken: both `test_5_...` here.
6.  `expect_no_changes` is no guard, it applies first: `test_what_was_previewed_runs`:
    `test_a_repeated_up_completes_what_was_previewed_but_replaces_nothing`, which counts requests; `test_7_...` here.
7.  The saved plan binds, but during the update: `test_7_...` here.
8.  `deleted_with` forgets: both `test_8_...` here; `tests/components/test_program.py`.
9.  Debug events carry secrets in clear:
    `test_events`: `test_debug_diagnostics_are_dropped_for_they_hold_secrets`;
    `test_secrets`: `test_planted_secrets_are_found_nowhere`.
10. The engine's process group does not hold its plugins: `test_operation`:
    `test_past_its_deadline_an_operation_gets_one_sigint_and_then_its_session_is_emptied`; `tests/kill`, of `plugin`.
"""

import signal
from collections.abc import Callable
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from eventstack.deploy import liveness
from eventstack.deploy.journal import StackKey
from eventstack.deploy.pulumi_deployer import PulumiDeployer
from eventstack.deploy.workspace import Workspace
from eventstack.errors import Final, Refused, Retryable
from eventstack.node import processes
from eventstack.settings import Settings
from eventstack.testing.fake_cloud import FakeCloud
from tests.deploy.conftest import World, a_plan, wait_until
from tests.deploy.test_interrupted_operations import Calling

Make = Callable[..., PulumiDeployer]


def streams(pid: int) -> list[str]:
    """Where a process reads and says what it does."""
    return [str(Path(f"/proc/{pid}/fd/{number}").readlink()) for number in range(3)]


@pytest.mark.engine
def test_1_no_process_of_an_operation_talks_into_a_pipe_and_so_the_engine_survives_whoever_started_it(
    on_engine: Make, provider: FakeCloud, settings: Settings, world: World
) -> None:
    deployer, plan = on_engine(), a_plan()
    deployer.preview(plan)
    gate = provider.hold("create", "feed")
    calling = Calling(lambda: deployer.up(plan, build_hash=plan.build_hash))
    gate.wait_reached()
    operation = deployer.journal.operations(StackKey.of(plan))[-1]
    assert operation.session is not None
    members = processes.members(operation.session)
    said = {stream for member in members for stream in streams(member.identity.pid)}
    assert all(stream == "/dev/null" or Path(stream).is_relative_to(settings.state) for stream in said), said
    [engine] = [member for member in members if _runs(member.identity.pid, deployer)]
    [worker] = [member.identity for member in members if member.identity.pid == engine.parent]
    processes.send(worker, signal.SIGKILL)
    wait_until(lambda: not liveness.alive(worker))
    gate.release()
    calling.join()
    assert isinstance(calling.error, Retryable)
    look = Workspace(settings, plan.build.project, plan.build.stack).books.look()
    assert any(urn.endswith("::feed") for urn in look.resources)
    assert look.pending == ()
    world.cloud = provider
    assert deployer.up(plan, build_hash=plan.build_hash).recovered == ()
    assert provider.count("create", "feed") == 1


def _runs(pid: int, deployer: PulumiDeployer) -> bool:
    return Path(f"/proc/{pid}/exe").readlink() == deployer.engine.path.resolve()


@pytest.mark.engine
def test_4_the_engine_keeps_no_sidecar_beside_a_state(on_engine: Make, settings: Settings) -> None:
    plan = a_plan()
    on_engine().up(plan, build_hash=plan.build_hash, unpreviewed=True)
    file = Workspace(settings, plan.build.project, plan.build.stack).books.file  # type: ignore[attr-defined]
    assert file.exists()
    assert [path.name for path in settings.state.rglob("*.attrs")] == []


def test_5_an_sdk_that_breaks_under_concurrent_transforms_is_not_taken() -> None:
    [pulumi] = [one for one in map(Requirement, requires("eventstack") or []) if one.name == "pulumi"]
    assert "3.259.0" not in pulumi.specifier
    assert "3.261.0" in pulumi.specifier


@pytest.mark.engine
def test_5_programs_of_threads_of_one_process_run_in_processes_of_their_own_also_under_a_transform(
    on_engine: Make, provider: FakeCloud
) -> None:
    deployer = on_engine("ill_programs:guarded")
    plans = [a_plan(f"match-{number}") for number in range(3)]
    gates = [provider.hold("create", "feed") for _ in plans]
    callings = [Calling(lambda p=plan: deployer.up(p, build_hash=p.build_hash, unpreviewed=True)) for plan in plans]  # type: ignore[misc]
    for gate in gates:
        gate.wait_reached(60)
    sessions = {deployer.journal.operations(StackKey.of(plan))[-1].session for plan in plans}
    assert len(sessions - {None}) == len(plans)
    for gate in gates:
        gate.release()
    for calling in callings:
        calling.join()
    assert [calling.error for calling in callings] == [None] * len(plans)
    assert len(provider.world()) == 3 * len(plans)
    again = on_engine("ill_programs:guarded").up(plans[0], build_hash=plans[0].build_hash, unpreviewed=True)
    assert again.changes == {"same": 4}


@pytest.mark.engine
def test_7_a_program_that_does_more_than_previewed_is_stopped_on_its_way_and_what_was_built_until_then_is_not_lost(
    on_engine: Make, provider: FakeCloud, world: World
) -> None:
    plan = a_plan()
    on_engine("ill_programs:moody").preview(plan)
    more = on_engine("ill_programs:moody", extra={"PROGRAM_MOOD": "more"})
    with pytest.raises(Final, match="create is not allowed by the plan"):
        more.up(plan, build_hash=plan.build_hash)
    world.cloud = provider
    with pytest.raises(Final, match="create is not allowed by the plan"):
        more.up(plan, build_hash=plan.build_hash)
    on_engine("ill_programs:moody").up(plan, build_hash=plan.build_hash)
    assert sorted(thing.name for thing in provider.world()) == ["archive", "feed"]
    assert (provider.count("create", "surplus"), provider.count("create")) == (0, 2)


@pytest.mark.engine
def test_7_a_value_that_was_not_previewed_is_never_built_not_even_when_the_up_is_repeated(
    on_engine: Make, provider: FakeCloud, world: World
) -> None:
    plan = a_plan()
    on_engine("ill_programs:moody").preview(plan)
    other = on_engine("ill_programs:moody", extra={"PROGRAM_SIZE": "large"})
    with pytest.raises(Final, match="violates plan"):
        other.up(plan, build_hash=plan.build_hash)
    world.cloud = provider
    for _ in range(2):
        with pytest.raises(Refused, match=r"not previewed: create urn:.*::archive with another size"):
            other.up(plan, build_hash=plan.build_hash)
    assert provider.count("create", "archive") == 0
    on_engine("ill_programs:moody").up(plan, build_hash=plan.build_hash)
    assert {thing.name: thing.inputs.get("size") for thing in provider.world()} == {"feed": None, "archive": "small"}


@pytest.mark.engine
def test_8_a_resource_that_would_be_forgotten_with_another_is_refused_before_anything_is_made(
    on_engine: Make, provider: FakeCloud
) -> None:
    with pytest.raises(Final, match="'page': refused: it has deleted_with"):
        on_engine("ill_programs:hidden_and_guarded").preview(a_plan())
    assert provider.world() == []


@pytest.mark.engine
def test_8_a_resource_that_was_forgotten_with_another_is_found_and_removed_by_the_evidence(
    on_engine: Make, provider: FakeCloud, world: World
) -> None:
    world.cloud = provider
    deployer, plan = on_engine("ill_programs:hidden"), a_plan()
    deployer.up(plan, build_hash=plan.build_hash, unpreviewed=True)
    provider.refuse("delete", "site", "in use")
    with pytest.raises(Retryable, match="delete of site failed"):
        deployer.destroy(plan, reason="the end")
    deployer.destroy(plan, reason="the end")
    assert [thing.name for thing in provider.world()] == ["page"]
    assert deployer.evidence(plan).clean
    assert provider.world() == []
