"""An event, its profile and this machine's facts."""

import pytest

from eventstack.clouds.local.facts import FACTS
from eventstack.models.event import Event
from eventstack.models.load import load_profile, read_event
from eventstack.models.profile import Profile
from eventstack.models.yaml_reader import read
from eventstack.planning.facts import CloudFacts
from tests.models.documents import EVENT


@pytest.fixture
def event() -> Event:
    return read_event(read(EVENT.encode(), "event.yaml")).model


@pytest.fixture
def profile() -> Profile:
    return load_profile("talk-720p25")


@pytest.fixture
def facts() -> CloudFacts:
    return FACTS
