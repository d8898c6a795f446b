"""The pages that are written from the code are as it is, and what they show of files can be written."""

import re

import pytest
from click import unstyle

from eventstack.cli.faults_display import render
from eventstack.errors import ConfigError
from eventstack.models.load import read_event, read_profile
from eventstack.models.yaml_reader import read
from eventstack.planning.parts import Build
from eventstack.planning.plan import StackPlan
from tests.pages import fields, profiles_by_cloud

DOCS = fields.DOCS
_YAML = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)

_EVENT = {
    "id": "id: shown\n",
    "title": "title: Shown on a page\n",
    "window": "window: { start: 2027-02-11T20:15, end: 2027-02-11T21:45, zone: Europe/Berlin }\n",
    "profile": "profile: talk-720p25\n",
    "cloud": "cloud: local\n",
}
_PROFILE = {"name": "name: shown\n", "extends": "extends: sports-1080p50\n"}


def pieces(page: str) -> list[str]:
    """The YAML blocks of a page that are not whole files; those are validated with all pages' named blocks."""
    blocks = _YAML.findall((DOCS / page).read_text(encoding="utf-8"))
    return [text for text in blocks if not re.match(r"# \S+\.yaml\n", text)]


def whole(piece: str, rest: dict[str, str]) -> bytes:
    """The piece with what a whole file has to say besides."""
    return "".join([*(text for key, text in rest.items() if f"\n{key}:" not in f"\n{piece}"), piece]).encode()


def test_the_page_of_profiles_by_cloud_is_as_they_resolve() -> None:
    assert profiles_by_cloud.PAGE.read_text(encoding="utf-8") == profiles_by_cloud.text()


@pytest.mark.parametrize("page", fields.PAGES)
def test_tables_of_fields_are_as_the_models_are(page: str) -> None:
    assert (DOCS / page).read_text(encoding="utf-8") == fields.pages()[DOCS / page]


@pytest.mark.parametrize("page", fields.PAGES)
def test_every_field_of_every_mapping_has_its_line(page: str) -> None:
    shown = fields.tables((DOCS / page).read_text(encoding="utf-8"))
    assert len(shown) == len(set(shown))
    repeated = {"contribution.backup"}
    assert set(shown) == set(fields.models(fields.PAGES[page]).values()) - repeated


@pytest.mark.parametrize("page", fields.PAGES)
def test_every_table_has_a_heading_to_lead_to(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    links = set(re.findall(r"\[mapping\]\(#([a-z_]+)\)", text))
    headings = {heading.strip().replace(".", "") for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}
    assert links <= headings


@pytest.mark.parametrize("piece", pieces("events.md"))
def test_a_piece_of_an_event_can_be_written(piece: str) -> None:
    assert read_event(read(whole(piece, _EVENT), "shown.yaml")).model.id


@pytest.mark.parametrize("piece", pieces("profiles.md"))
def test_a_piece_of_a_profile_can_be_written(piece: str) -> None:
    assert read_profile(read(whole(piece, _PROFILE), "shown.yaml")).model.name == "shown"


@pytest.mark.parametrize("struct", [StackPlan, Build], ids=lambda struct: struct.__name__)
def test_every_part_of_a_plan_is_told(struct: type[StackPlan | Build]) -> None:
    text = (DOCS / "plans.md").read_text(encoding="utf-8")
    prefix = "build." if struct is Build else ""
    assert [name for name in struct.__struct_fields__ if f"`{prefix}{name}`" not in text] == []


def test_the_faults_in_the_readme_are_told_like_that() -> None:
    readme = (DOCS.parent / "README.md").read_text(encoding="utf-8")
    text = next(block for block in _YAML.findall(readme) if block.startswith("# talk.yaml"))
    bent = text.replace("Europe/Berlin", "Europe/Berlim").replace("  source:", "  latency: 200\n  source:")
    with pytest.raises(ConfigError) as caught:
        read_event(read(bent.encode(), "talk.yaml"))
    assert f"```text\n{unstyle(render(caught.value.faults))}\n```" in readme
