import pulumi
import pytest

from eventstack import program as ours
from eventstack.planning import naming
from eventstack.testing import builders
from eventstack.testing.mocks import RecordingMocks, run

BUCKET = "aws:s3/bucket:Bucket"


class Bucket(pulumi.CustomResource):
    arn: pulumi.Output[str]

    def __init__(self, name: str, inputs: dict | None = None, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(BUCKET, name, {"arn": None, **(inputs or {})}, opts)


class Aws(pulumi.ProviderResource):
    def __init__(self, name: str) -> None:
        super().__init__("aws", name, {"region": "eu-north-1"})


def test_it_remembers_what_was_registered_under_whom_and_with_what() -> None:
    def program() -> None:
        group = pulumi.ComponentResource("my:index:Group", "group")
        films = Bucket("films", {"size": 3}, pulumi.ResourceOptions(parent=group, protect=True))
        options = pulumi.ResourceOptions(provider=Aws("north"), depends_on=[group], retain_on_delete=True)
        Bucket("copies", {"of": films.arn}, options)

    seen = run(program, RecordingMocks({"films": {"arn": "arn:films"}}))
    films, copies = seen.of_type(BUCKET)
    assert (films.parent, films.protect, films.inputs, films.id) == ("group", True, {"size": 3}, "films-id")
    assert films.urn == f"urn:pulumi:talk-i1::eventstack-event::my:index:Group${BUCKET}::films"
    assert copies.inputs == {"of": "arn:films"}
    assert copies.depends >= {"films"}
    assert (copies.provider, copies.retain, copies.parent) == ("north", True, "eventstack-event-talk-i1")
    assert not seen.resources["group"].custom


def test_answers_may_be_made_from_what_was_asked() -> None:
    answers = {
        BUCKET: lambda asked: {"arn": f"arn:{asked.name}"},
        "aws:index/getZone:getZone": lambda arguments: {"zone": arguments["region"] + "a"},
    }

    def program() -> None:
        zone = pulumi.runtime.invoke_output("aws:index/getZone:getZone", {"region": "eu"})
        pulumi.export("zone", zone["zone"])
        pulumi.export("arn", Bucket("films").arn)

    seen = run(program, RecordingMocks(answers))
    assert seen.exports == {"zone": "eua", "arn": "arn:films"}
    assert [(call.token, call.arguments) for call in seen.calls] == [("aws:index/getZone:getZone", {"region": "eu"})]


def test_a_function_that_the_test_did_not_expect_fails_it() -> None:
    with pytest.raises(Exception, match="no answer for it"):
        run(lambda: pulumi.export("x", pulumi.runtime.invoke_output("aws:index/getZone:getZone", {})))


def test_what_is_looked_up_is_told_from_what_is_made() -> None:
    def program() -> None:
        Bucket("old", opts=pulumi.ResourceOptions(id="b-1"))

    [old] = run(program).of_type(BUCKET)
    assert (old.read, old.id) == (True, "b-1")


def test_two_of_one_name_are_both_remembered() -> None:
    def program() -> None:
        for name in ("one", "other"):
            Bucket("films", opts=pulumi.ResourceOptions(parent=pulumi.ComponentResource("my:index:Group", name)))
            pulumi.ComponentResource(f"my:index:{name}", "x")

    assert len(run(program).of_type("my:index:one")) == 1
    assert {one.parent for one in run(program).resources.values() if one.type == BUCKET} == {"one", "other"}


def test_configuration_is_read_and_outputs_are_exported() -> None:
    def program() -> None:
        pulumi.export("size", pulumi.Config("films").require_int("size"))

    assert run(program, config={"films:size": "3"}).exports == {"size": 3}


def test_the_program_of_any_plan_runs_under_them() -> None:
    seen = run(lambda: ours.build(builders.plan().build))
    assert seen.exports["hls"].endswith(".m3u8")
    assert all(naming.urn_hash(one.urn) == one.inputs["tags"]["eventstack-urn"] for one in seen.of_type(NODE))
    assert len(seen.of_type(NODE)) == 1


NODE = "eventstack:index:Node"


def test_what_a_program_raises_is_raised() -> None:
    def program() -> None:
        raise LookupError("no such rung")

    with pytest.raises(LookupError, match="no such rung"):
        run(program)
