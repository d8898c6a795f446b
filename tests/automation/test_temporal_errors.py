"""What Temporal is told of an error; nothing of Temporal runs here."""

from datetime import timedelta
from pathlib import Path
from types import ModuleType

import pytest

from eventstack.errors import (
    Busy,
    ConfigError,
    EventstackError,
    Fault,
    Final,
    NotOffered,
    Refused,
    Retryable,
    StoreError,
)


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module that users copy."""
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "docs" / "examples"))
    import temporal_event

    return temporal_event


@pytest.mark.parametrize("fault", [Retryable("throttled", after_s=7.5), Busy("held", after_s=7.5, holder="0001-up")])
def test_what_may_help_later_is_tried_again_after_the_errors_own_time(
    example: ModuleType, fault: EventstackError
) -> None:
    told = example.told(fault)
    assert (told.non_retryable, told.next_retry_delay) == (False, timedelta(seconds=7.5))
    assert (told.type, told.message) == (type(fault).__name__, str(fault))


@pytest.mark.parametrize(
    "fault",
    [
        Final("no engine"),
        Refused("on air", rule="what is on air stays"),
        ConfigError(Fault("no such field")),
        NotOffered("no such role"),
        StoreError("the journal can't be read"),
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_what_needs_a_person_is_not_tried_again(example: ModuleType, fault: EventstackError) -> None:
    told = example.told(fault)
    assert told.non_retryable
    assert (told.type, told.message) == (type(fault).__name__, str(fault))
