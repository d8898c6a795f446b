import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventstack.clouds.local import translate
from eventstack.clouds.local.roles import ROLES
from eventstack.components import EventRoles, FoundationRoles, Role
from eventstack.errors import ConfigError
from eventstack.node import config
from eventstack.planning import naming, parts
from eventstack.planning.resolve import resolve
from eventstack.testing import builders
from tests.components import builds

TRACKS = translate.tracks(builds.ENCODER, ("video", "audio"))
TAGS = naming.identity_tags("local", "talk", 2, "event")


def test_the_table_offers_every_role_of_both_layers():
    assert set(ROLES["foundation"]) == set(FoundationRoles.__annotations__)
    assert set(ROLES["event"]) == set(EventRoles.__annotations__)


def classes() -> dict[str, type[Role]]:
    return {f"{layer}-{role}": cls for layer, table in ROLES.items() for role, cls in table.items()}


@pytest.mark.parametrize("cls", classes().values(), ids=classes())
def test_a_roles_type_names_its_cloud_and_class_and_its_outputs_are_declared(cls):
    assert cls.resource_type == f"eventstack:local:{cls.__name__}"
    contract = cls.__mro__[1]
    assert set(cls.outputs) == {name for name in contract.__annotations__ if name not in ("role", "outputs")}


def test_tracks_are_numbered_in_the_order_of_the_transport_stream():
    tracks = translate.tracks(builds.ENCODER)
    assert [(track.index, track.name, track.kind, track.label) for track in tracks] == [
        (0, "540p", "video", "video"),
        (1, "360p", "video", "video"),
        (2, "en", "audio", "audio"),
    ]
    assert tracks[0].rendition == builds.ENCODER.renditions[0]
    assert tracks[2].audio == builds.ENCODER.audio[0]


@given(st.integers(1, 8), st.integers(0, 4))
def test_every_rendition_is_one_track_and_numbers_have_no_gap(video, audio):
    ladder = parts.Encoder(
        renditions=builds.ENCODER.renditions[:1] * video, audio=builds.ENCODER.audio * audio, slate=False
    )
    tracks = translate.tracks(ladder)
    assert [track.index for track in tracks] == list(range(video + audio))
    assert [track.kind for track in tracks] == ["video"] * video + ["audio"] * audio


def test_two_incarnations_of_an_event_never_share_a_part_of_the_foundation():
    again = naming.identity_tags("local", "talk", 3, "event")
    assert translate.part_on_foundation(TAGS, "edge-entry") == "talk-i2-edge-entry"
    assert translate.part_on_foundation(again, "edge-entry") == "talk-i3-edge-entry"


def test_a_single_content_key_is_every_tracks():
    assert {track.label for track in translate.tracks(builds.ENCODER, ("content",))} == {"content"}


def test_a_track_without_a_content_key_is_refused():
    with pytest.raises(ConfigError, match="no content key for audio"):
        translate.tracks(builds.ENCODER, ("video", "subtitles"))


@pytest.mark.parametrize(
    "document",
    [
        translate.receiver(builds.EPOCH, builds.CONTRIBUTION),
        translate.sender("srt://h:1", "/p", builds.CONTRIBUTION),
        translate.encoder("udp://h:1", builds.EPOCH, builds.SEGMENT, builds.ENCODER),
        translate.content_key("http://k", "/c", "/r", builds.DRM),
        translate.packager("udp://h:2", builds.SEGMENT, TRACKS, translate.packager_drm("http://k", "/c", builds.DRM)),
        translate.publisher(
            "talk",
            "/d",
            "/r",
            builds.EPOCH,
            builds.SEGMENT,
            TRACKS,
            parts.Packager(hls=True, dash=True, window_s=60),
            True,
            translate.publisher_drm({"video": "a" * 32, "audio": "b" * 32}, "http://e/licence", builds.DRM),
        ),
    ],
    ids=lambda document: type(document).__name__,
)
def test_a_configuration_survives_its_json(document):
    assert config.decode(config.encode(document)) == document


def test_addresses_are_joined_without_a_double_slash():
    assert translate.licence_address("http://127.0.0.1:80/") == "http://127.0.0.1:80/licence"
    assert translate.verbs_address("http://h:1", "talk-i2-edge-entry") == "http://h:1/v1/parts/talk-i2-edge-entry"


def test_the_recordings_folder_is_what_the_plan_accounts_for():
    event, profile = builders.event(), builders.profile()
    build = resolve(event, profile, builders.FACTS, (), owner="local", incarnation=2).build
    assert build.archive
    assert build.archive.path == translate.recording(build.tags) == f"{build.occurrence}.i2"
