"""Pulumi's mocks, with a memory: what was registered, under which parent, with which inputs."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi.runtime import mocks, settings

KINDS = {
    "keys": {"address": "http://127.0.0.1:7001", "credential_file": "/f/parts/keys/token"},
    "archive": {"address": "http://127.0.0.1:7002", "directory": "/archive"},
    "edge": {
        "address": "http://127.0.0.1:7003",
        "preview_address": "http://127.0.0.1:7004",
        "preview_credential_file": "/f/parts/edge/preview",
    },
    "receiver": {"ingest": "srt://127.0.0.1:7005", "passphrase_file": "/e/p", "feed": "udp://127.0.0.1:7006"},
    "sender": {},
    "encoder": {"stream": "udp://127.0.0.1:7007"},
    "packager": {"directory": "/e/parts/packager"},
    "publisher": {"root": "/e/parts/publisher/root"},
    "origin": {"address": "http://127.0.0.1:7008"},
    "content-key": {"kids": {"video": "a" * 32, "audio": "b" * 32}, "record": "/archive/talk/keys.jwe"},
    "recording": {"directory": "/archive/talk"},
    "edge-entry": {
        "hls": "http://127.0.0.1:7003/talk/live/master.m3u8",
        "dash": "http://127.0.0.1:7003/talk/live/manifest.mpd",
        "preview_hls": "http://127.0.0.1:7004/talk/lineup/master.m3u8",
        "preview_dash": "http://127.0.0.1:7004/talk/lineup/manifest.mpd",
        "vod_hls": "http://127.0.0.1:7003/vod/talk/master.m3u8",
        "vod_dash": "http://127.0.0.1:7003/vod/talk/manifest.mpd",
        "credential_file": "/f/parts/edge-entry/token",
    },
}


@dataclass
class Registered:
    type: str
    name: str
    parent: str
    custom: bool
    urn: str
    depends: set[str] = field(default_factory=set)
    inputs: dict[str, Any] = field(default_factory=dict)
    provider: str = ""
    protect: bool = False


class RecordingMocks(mocks.Mocks):
    """Answers as the plugin would, with the outputs that each kind of part promises."""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        state = dict(args.inputs)
        if args.typ == "eventstack:index:Node":
            layer = args.inputs["tags"]["eventstack-layer"]
            state |= {"address": f"http://{layer}:7000", "token_file": f"/{layer}/token", "directory": f"/{layer}"}
        if args.typ == "eventstack:index:Part":
            kind = args.name.split("-", 2)[2]
            state["outputs"] = KINDS[kind]
        return (args.name if args.custom else None), state

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        raise AssertionError(f"no function is called: {args.token}")


class RecordingMonitor(mocks.MockMonitor):
    def __init__(self) -> None:
        super().__init__(RecordingMocks())
        self.seen: dict[str, Registered] = {}
        self.exports: dict[str, Any] = {}

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """As the engine does it: all types of the way down, without the stack's."""
        kinds = parent.split("::")[2] if parent and "pulumi:pulumi:Stack" not in parent else ""
        return "::".join(
            [f"urn:pulumi:{settings.get_stack()}", settings.get_project(), "$".join(filter(None, [kinds, type_])), name]
        )

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802
        answer = super().RegisterResource(request)
        self.seen[request.name] = Registered(
            request.type,
            request.name,
            request.parent.split("::")[-1],
            request.custom,
            answer.urn,
            {urn.split("::")[-1] for urn in request.dependencies},
            mocks.rpc.deserialize_properties(request.object),
            request.provider,
            request.protect,
        )
        return answer


def run(program: Callable[[], Any]) -> RecordingMonitor:
    """Run a program to its very end under the mocks; raises what it raises."""
    asyncio.set_event_loop(asyncio.new_event_loop())
    settings.ROOT.set(None)
    monitor = RecordingMonitor()
    pulumi.runtime.set_mocks(RecordingMocks(), project="eventstack-event", stack="talk-i1", monitor=monitor)

    def exported() -> pulumi.Output[None]:
        program()
        return pulumi.Output.from_input(dict(settings.get_root_resource().outputs)).apply(monitor.exports.update)

    pulumi.runtime.test(exported)()
    return monitor
