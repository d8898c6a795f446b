"""What the rest of eventstack asks of a cloud: the shapes of its four modules, and an inventory that can be trusted.

```python
class TestMyCloud(CloudContract):
    @pytest.fixture
    def cloud(self) -> str: ...  # one of eventstack.clouds.CLOUDS


class TestMyInventory(InventoryContract):
    @pytest.fixture
    def inventory(self) -> Inventory: ...
```
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from eventstack import clouds, components, program
from eventstack.errors import ConfigError, EventstackError
from eventstack.planning import naming, resolve
from eventstack.planning.facts import CloudFacts
from eventstack.planning.found import Found
from eventstack.testing import builders
from eventstack.testing.mocks import Answers, RecordingMocks, run

ROLES = ("contribution", "encoder", "packager", "drm", "cdn", "archive", "monitor")
VERBS = ("start", "stop", "publish", "unpublish")
"""The verbs that every cloud has; `slate` is a feature."""

TABLES: Mapping[str, Mapping[str, type[components.Role]]] = {
    "foundation": {
        "site": components.Site,
        "drm": components.KeyTenancy,
        "archive": components.ArchiveStore,
        "cdn": components.Distribution,
    },
    "event": {
        "site": components.Site,
        "contribution": components.Contribution,
        "encoder": components.Encoder,
        "drm": components.Drm,
        "archive": components.Archive,
        "packager": components.Packager,
        "cdn": components.Cdn,
    },
}
"""The contract of each role, by layer."""


class CloudContract:
    """The shapes of facts, roles and verbs."""

    @pytest.fixture
    def cloud(self) -> str:
        """The cloud's name; override it."""
        raise NotImplementedError("give a fixture `cloud`")

    @pytest.fixture
    def answers(self) -> Answers:
        """What Pulumi's mocks answer for the cloud's resources; our own plugin's are known."""
        return {}

    def test_its_facts_are_complete(self, cloud: str) -> None:
        facts = clouds.facts(cloud)
        assert isinstance(facts, CloudFacts)
        assert facts.name == cloud
        assert set(facts.roles) <= set(ROLES)
        assert {"site", *facts.roles} <= facts.leads.keys()
        assert all(lead.seconds >= 0 and lead.source for lead in facts.leads.values())
        assert min(facts.base_lead_s, facts.settle_s) > 0
        assert all(re.fullmatch(r"[a-z-]+/[a-z0-9-]+", feature) for feature in facts.features)

    def test_each_role_keeps_its_contract_under_a_type_of_its_own(self, cloud: str) -> None:
        tables: Mapping[str, Any] = clouds.roles(cloud)
        types = []
        for layer, contracts in TABLES.items():
            assert {"site", *(clouds.facts(cloud).roles & contracts.keys())} <= tables[layer].keys() <= contracts.keys()
            for role, kind in tables[layer].items():
                assert issubclass(kind, contracts[role])
                assert re.fullmatch(rf"eventstack:{cloud}:\w+", kind.resource_type)
                types.append((kind.resource_type, kind))
        assert len(dict(types)) == len(set(types)), "two classes share a resource type"

    def test_all_that_its_programs_make_can_be_found_again(self, cloud: str, answers: Answers) -> None:
        for layer in TABLES:
            seen = built(cloud, layer, answers)
            made = [one for one in seen.resources.values() if one.custom and not one.type.startswith("pulumi:")]
            assert made
            for one in made:
                tags: Mapping[str, str] = one.inputs.get("tags") or one.inputs.get("labels") or {}
                assert set(naming.TAG_KEYS) <= tags.keys(), f"{one.name} lacks tags"
                assert tags["eventstack-urn"] == naming.urn_hash(one.urn), f"{one.name} has another one's tag"

    def test_its_programs_give_all_that_their_roles_promise(self, cloud: str, answers: Answers) -> None:
        for layer, contract in (("foundation", components.Foundation), ("event", components.LiveEvent)):
            outputs = built(cloud, layer, answers).exports
            assert {*contract.outputs, "occurrence", "tags"} <= outputs.keys()

    def test_its_verbs_refuse_what_they_do_not_know(self, cloud: str) -> None:
        verbs = clouds.verbs(cloud)
        with pytest.raises(ConfigError) as caught:
            verbs.perform({}, "sing")
        assert all(verb in str(caught.value) for verb in VERBS)
        for verb in VERBS:
            with pytest.raises(ConfigError):
                verbs.perform({"format": 0}, verb)
        with pytest.raises(EventstackError):
            verbs.card({})

    def test_its_inventory_can_be_asked_and_told(self, cloud: str) -> None:
        module = clouds.inventory(cloud)
        assert callable(module.by_tags)
        assert callable(module.remove)


def built(cloud: str, layer: str, answers: Answers) -> RecordingMocks:
    """The program of a cloud's foundation or event, run under mocks."""
    facts = clouds.facts(cloud)
    plan = resolve.resolve_foundation("season", builders.OWNER, facts, drm="drm" in facts.roles)
    if layer == "event":
        parent = resolve.parent(plan, {**builders.FOUNDATION, "tags": plan.build.tags})
        event = builders.event(cloud=cloud, contribution={"source": "none"})
        plan = resolve.resolve(event, builders.profile(), facts, (parent,), owner=builders.OWNER)
    build = plan.build
    return run(lambda: program.build(build), RecordingMocks(answers), project=build.project, stack=build.stack)


@dataclass(frozen=True)
class Inventory:
    """A cloud's inventory: `look` for all under these tags, `remove` one, `make` something with these six tags."""

    look: Callable[[Mapping[str, str]], list[Found]]
    remove: Callable[[Found], None]
    make: Callable[[Mapping[str, str]], None]


class InventoryContract:
    """What evidence and recovery rely on. The cloud is empty when a test begins."""

    ONE = naming.identity_tags("local", "talk", 1, "event")
    NEXT = naming.identity_tags("local", "talk", 2, "event")

    @pytest.fixture
    def inventory(self) -> Inventory:
        """The inventory of an empty cloud; override it."""
        raise NotImplementedError("give a fixture `inventory`")

    @pytest.fixture
    def two(self, inventory: Inventory) -> Inventory:
        """Something of an occurrence's first building, and something of its second."""
        for tags in (self.ONE, self.NEXT):
            inventory.make(naming.role_tags(tags, "site", f"urn:{tags['eventstack-incarnation']}"))
        return inventory

    def test_of_what_is_not_there_it_shows_nothing(self, inventory: Inventory) -> None:
        assert inventory.look(self.ONE) == []

    def test_it_shows_what_carries_all_of_the_tags_and_nothing_else(self, two: Inventory) -> None:
        for tags in (self.ONE, self.NEXT):
            found = two.look(tags)
            assert found
            assert all(tags.items() <= one.tag.items() for one in found)
        both = two.look({key: self.ONE[key] for key in ("eventstack-owner", "eventstack-occurrence")})
        assert len(both) == len(two.look(self.ONE)) + len(two.look(self.NEXT))
        assert two.look({**self.ONE, "eventstack-occurrence": "other"}) == []

    def test_each_thing_says_what_it_is_by_one_identity(self, two: Inventory) -> None:
        found = [*two.look(self.ONE), *two.look(self.NEXT)]
        assert len({one.identity for one in found}) == len(found)
        assert all(one.kind and one.identity and one.detail and one.marks for one in found)
        assert not any(one.on_air for one in found)

    def test_removing_removes_exactly_one_thing_and_again_nothing(self, two: Inventory) -> None:
        before = two.look(self.NEXT)
        gone = two.look(self.ONE)
        for one in gone:
            two.remove(one)
        assert two.look(self.ONE) == []
        for one in gone:
            two.remove(one)
        assert two.look(self.NEXT) == before
