"""LiveEvent: the whole chain of one event, from the feed to the edge."""

from typing import ClassVar, NotRequired, TypedDict

import pulumi

from eventstack.components.role import Role
from eventstack.components.roles import EventRoles
from eventstack.components.specs import (
    ArchiveSpec,
    CdnSpec,
    ContributionSpec,
    DrmSpec,
    EncoderSpec,
    FoundationOutputs,
    PackagerSpec,
    SegmentSpec,
)
from eventstack.errors import ConfigError, Fault


class LiveEventArgs(TypedDict):
    """`tags` are the stack's identity, `epoch` is the instant that the media timeline counts from (RFC 3339, UTC),
    `foundation` what the event stands on. Without `drm` the event is in the clear, without `archive` unrecorded.
    """

    tags: dict[str, str]
    epoch: pulumi.Input[str]
    foundation: FoundationOutputs
    segment: SegmentSpec
    contribution: ContributionSpec
    encoder: EncoderSpec
    packager: PackagerSpec
    cdn: CdnSpec
    drm: NotRequired[DrmSpec | None]
    archive: NotRequired[ArchiveSpec | None]


class LiveEvent(Role):
    """One live event on one cloud; which resources that takes is the role table's affair.

    ```python
    from eventstack import clouds
    from eventstack.components import LiveEvent
    from eventstack.planning import naming

    event = LiveEvent(
        "match",
        {
            "tags": naming.identity_tags("sports", "final-20261122t1800", 1, "event"),
            "epoch": "2026-11-22T17:30:00Z",
            "foundation": foundation.for_events,
            "segment": {"duration": "48/25", "timescale": 90000, "ticks": 172800},
            "contribution": contribution,
            "encoder": {"renditions": ladder, "audio": audio, "slate": True},
            "packager": {"hls": True, "dash": True, "window_s": 120},
            "cdn": {"path": "final-20261122t1800"},
        },
        roles=clouds.roles("local")["event"],
    )
    pulumi.export("hls", event.hls)
    ```

    Raises ConfigError at once for what is known to be wrong.
    """

    role: ClassVar[str] = "event"
    resource_type: ClassVar[str] = "eventstack:index:LiveEvent"
    outputs: ClassVar[tuple[str, ...]] = (
        "control",
        "control_token_file",
        "entry_control",
        "entry_credential_file",
        "hls",
        "dash",
        "preview_hls",
        "preview_dash",
        "preview_credential_file",
        "vod_hls",
        "vod_dash",
        "origin",
        "ingest",
        "licence",
        "recording",
        "kids",
    )

    control: pulumi.Output[str]
    """Address of the site's control endpoint."""

    control_token_file: pulumi.Output[str]
    """Path of the private file whose token opens it."""

    entry_control: pulumi.Output[str]
    """Where the verbs of the event's entry on the edge are reached."""

    entry_credential_file: pulumi.Output[str]
    """Path of the private file whose token opens exactly those."""

    hls: pulumi.Output[str]
    """Multivariant playlist, public once published."""

    dash: pulumi.Output[str]
    """MPD, public once published."""

    preview_hls: pulumi.Output[str]
    """The line-up's multivariant playlist."""

    preview_dash: pulumi.Output[str]
    """The line-up's MPD."""

    preview_credential_file: pulumi.Output[str]
    """Path of the private file whose token opens the line-up view."""

    vod_hls: pulumi.Output[str]
    """Multivariant playlist of the recording."""

    vod_dash: pulumi.Output[str]
    """MPD of the recording."""

    origin: pulumi.Output[str]
    """The origin's own address."""

    ingest: pulumi.Output[str]
    """Address that the venue sends to."""

    licence: pulumi.Output[str]
    """Address that players ask for a licence, "" for an event in the clear."""

    recording: pulumi.Output[str]
    """The recording's place in the archive, "" for an event that is not recorded."""

    kids: pulumi.Output[dict[str, str]]
    """Key id (32 hex digits) of each label, empty for an event in the clear."""

    def __init__(
        self, name: str, args: LiveEventArgs, opts: pulumi.ResourceOptions | None = None, *, roles: EventRoles
    ) -> None:
        foundation, tags, epoch, segment = args["foundation"], args["tags"], args["epoch"], args["segment"]
        missing = [key for key in FoundationOutputs.__annotations__ if key not in foundation]
        if missing:
            raise ConfigError(Fault(f"lacks {', '.join(missing)}", field=f"{name}.foundation", hint="build it again"))
        super().__init__(name, tags, opts)
        empty = pulumi.Output.from_input("")
        control, token_file = foundation["control"], foundation["control_token_file"]
        site = roles["site"](f"{name}-site", {"tags": tags}, self.child)

        contribution = roles["contribution"](
            f"{name}-contribution",
            {"tags": tags, "site": site, "epoch": epoch, "spec": args["contribution"]},
            self.child,
        )
        encoder = roles["encoder"](
            f"{name}-encoder",
            {
                "tags": tags,
                "site": site,
                "epoch": epoch,
                "segment": segment,
                "feed": contribution.feed,
                "spec": args["encoder"],
            },
            self.child,
        )
        kept = args.get("archive")
        archive = None
        if kept is not None:
            archive = roles["archive"](
                f"{name}-archive",
                {
                    "tags": tags,
                    "control": control,
                    "control_token_file": token_file,
                    "archive": foundation["archive"],
                    "spec": kept,
                },
                self.child,
            )
        self.recording = archive.directory if archive else empty
        protected = args.get("drm")
        drm = None
        if protected is not None:
            drm = roles["drm"](
                f"{name}-drm",
                {
                    "tags": tags,
                    "control": control,
                    "control_token_file": token_file,
                    "keys": foundation["keys"],
                    "keys_credential_file": foundation["keys_credential_file"],
                    "edge": foundation["edge"],
                    "recording": self.recording,
                    "spec": protected,
                },
                self.child,
            )
        packager = roles["packager"](
            f"{name}-packager",
            {
                "tags": tags,
                "site": site,
                "epoch": epoch,
                "segment": segment,
                "stream": encoder.stream,
                "ladder": args["encoder"],
                "drm": drm,
                "recording": self.recording,
                "vod": False if kept is None else kept.get("vod", True),
                "spec": args["packager"],
            },
            self.child,
        )
        cdn = roles["cdn"](
            f"{name}-cdn",
            {
                "tags": tags,
                "control": control,
                "control_token_file": token_file,
                "edge": foundation["edge"],
                "origin": packager.origin,
                "spec": args["cdn"],
            },
            self.child,
        )
        self.control, self.control_token_file = site.control, site.control_token_file
        self.entry_control, self.entry_credential_file = cdn.control, cdn.credential_file
        self.hls, self.dash = cdn.hls, cdn.dash
        self.preview_hls, self.preview_dash = cdn.preview_hls, cdn.preview_dash
        self.preview_credential_file = pulumi.Output.from_input(foundation["preview_credential_file"])
        self.vod_hls, self.vod_dash = cdn.vod_hls, cdn.vod_dash
        self.origin, self.ingest = packager.origin, contribution.ingest
        self.licence = drm.licence if drm else empty
        self.kids = drm.kids if drm else pulumi.Output.from_input({})
        self.declare()
