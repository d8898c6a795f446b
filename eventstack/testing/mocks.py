"""Pulumi's mocks with a memory, for unit tests of programs: what was registered, under which parent, with what.

```python
import pulumi

from eventstack.testing.mocks import RecordingMocks, run


class Bucket(pulumi.CustomResource):
    def __init__(self, name, opts=None):
        super().__init__("aws:s3/bucket:Bucket", name, {"bucket": name, "arn": None}, opts)


def program():
    pulumi.export("arn", Bucket("films").arn)


seen = run(program, RecordingMocks({"aws:s3/bucket:Bucket": {"arn": "arn:aws:s3:::films"}}))
assert seen.resources["films"].inputs == {"bucket": "films"}
assert seen.exports == {"arn": "arn:aws:s3:::films"}
```
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi.runtime import mocks, rpc, settings

from eventstack.testing.cloud import local_parts

Answers = Mapping[str, Any]
"""By type, name or function token: a mapping of outputs, or a function that makes one (`Registered` or arguments)."""


@dataclass
class Registered:
    """One resource as the program registered it. `parent`, `depends` and `provider` are names, `urn` is the engine's
    own form, `id` what the mocks gave; `read` says that it was looked up and not made.
    """

    type: str
    name: str
    urn: str = ""
    id: str = ""
    parent: str = ""
    custom: bool = True
    inputs: dict[str, Any] = field(default_factory=dict)
    depends: set[str] = field(default_factory=set)
    provider: str = ""
    protect: bool = False
    retain: bool = False
    read: bool = False


@dataclass(frozen=True)
class Called:
    """One provider function as the program called it."""

    token: str
    arguments: dict[str, Any]
    provider: str = ""


class RecordingMocks(mocks.Mocks):
    """Answers with inputs and what `answers` adds, remembers everything.

    `answers` maps a resource's name or type, or a function's token, to outputs or to a function that makes them.
    Resources of eventstack's own plugin have the outputs that it promises. A function without an answer is an
    AssertionError: a test should know what its program asks.
    """

    def __init__(self, answers: Answers | None = None) -> None:
        self.answers = dict(answers or {})
        self.resources: dict[str, Registered] = {}
        """By name, or by URN where a name is used twice."""
        self.calls: list[Called] = []
        self.exports: dict[str, Any] = {}
        """The stack's outputs, after `run`."""
        self.transforms: list[Any] = []
        """The stack's transforms, in the order of their registration; the mocks do not apply them."""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        """Make a resource's outputs; called by Pulumi."""
        known = Registered(args.typ, args.name, inputs=dict(args.inputs), read=bool(args.resource_id))
        state = {**args.inputs, **local_parts.outputs(args.typ, args.inputs)}
        for key in (args.typ, args.name):
            if key in self.answers:
                state |= _made(self.answers[key], known)
        identity = args.resource_id or f"{args.name}-id"
        return (identity if args.custom is not False else None), state

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        """Answer a function; called by Pulumi."""
        called = Called(args.token, dict(args.args), args.provider)
        self.calls.append(called)
        if args.token not in self.answers:
            raise AssertionError(f"the program calls {args.token}, and the test has no answer for it")
        return _made(self.answers[args.token], called.arguments), []

    def register_transform(self, transform: Any) -> None:
        """Remember a transform; called by Pulumi."""
        self.transforms.append(transform)

    def of_type(self, type_: str) -> list[Registered]:
        """The resources of one type, in the order of their registration."""
        return [one for one in self.resources.values() if one.type == type_]

    def add(self, registered: Registered) -> None:
        """Remember a resource; called by `Monitor`."""
        self.resources[registered.urn if registered.name in self.resources else registered.name] = registered


class Monitor(mocks.MockMonitor):
    """The engine's stand-in: URNs as the engine makes them, and everything into the memory of its mocks."""

    def __init__(self, memory: RecordingMocks) -> None:
        super().__init__(memory)
        self.memory = memory

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """As the engine does it: all types of the way down, without the stack's."""
        kinds = parent.split("::")[2] if parent and "pulumi:pulumi:Stack" not in parent else ""
        return "::".join(
            [f"urn:pulumi:{settings.get_stack()}", settings.get_project(), "$".join(filter(None, [kinds, type_])), name]
        )

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the engine's protocol
        """Answer, and remember what was asked."""
        register: Any = super().RegisterResource
        answer = register(request)
        if request.type != "pulumi:pulumi:Stack":
            self.memory.add(
                Registered(
                    type=request.type,
                    name=request.name,
                    urn=answer.urn,
                    id=answer.id,
                    parent=_name(request.parent),
                    custom=request.custom,
                    inputs=rpc.deserialize_properties(request.object),
                    depends={_name(urn) for urn in request.dependencies},
                    provider=_name(request.provider.rpartition("::")[0]),
                    protect=request.protect,
                    retain=request.retainOnDelete,
                )
            )
        return answer

    def ReadResource(self, request: Any) -> Any:  # noqa: N802 - the engine's protocol
        """Answer, and remember what was looked up."""
        read: Any = super().ReadResource
        answer = read(request)
        self.memory.add(
            Registered(
                type=request.type,
                name=request.name,
                urn=answer.urn,
                id=request.id,
                parent=_name(request.parent),
                inputs=rpc.deserialize_properties(request.properties),
                read=True,
            )
        )
        return answer


def run(
    program: Callable[[], Any],
    memory: RecordingMocks | None = None,
    *,
    project: str = "eventstack-event",
    stack: str = "talk-i1",
    config: Mapping[str, str] | None = None,
) -> RecordingMocks:
    """Run a program to its very end under mocks; gives their memory, raises what the program raises.

    `config` is the stack's configuration (`project:key`). One program at a time: Pulumi's mocks are the process's.
    """
    seen = memory or RecordingMocks()
    asyncio.set_event_loop(asyncio.new_event_loop())
    settings.ROOT.set(None)
    pulumi.runtime.set_mocks(seen, project=project, stack=stack, monitor=Monitor(seen))
    pulumi.runtime.set_all_config(dict(config or {}))

    def exported() -> pulumi.Output[None]:
        program()
        root: Any = settings.get_root_resource()
        return pulumi.Output.from_input(dict(root.outputs)).apply(seen.exports.update)

    to_its_end: Any = pulumi.runtime.test
    to_its_end(exported)()
    return seen


def _made(answer: Any, asked: Any) -> dict[str, Any]:
    return dict(answer(asked) if callable(answer) else answer)


def _name(urn: str) -> str:
    return urn.rsplit("::", 1)[-1]
