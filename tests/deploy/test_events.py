import msgspec

from eventstack.deploy.events import SECRET_SIGNATURE, Tally, decode, encode, reduce


def a_step(name: str, urn: str, op: str = "create", **metadata: object) -> dict[str, object]:
    return {name: {"metadata": {"urn": urn, "op": op, "type": "t", **metadata}}}


def test_debug_diagnostics_are_dropped_for_they_hold_secrets() -> None:
    assert reduce({"diagnosticEvent": {"severity": "debug", "message": "password"}}, at=0.0) is None
    assert reduce({"diagnosticEvent": {"message": "no severity"}}, at=0.0) is None


def test_a_resource_runs_and_is_done_with_its_duration() -> None:
    tally = Tally()
    started = tally.add(reduce(a_step("resourcePreEvent", "urn::feed"), at=10.0))
    done = tally.add(reduce(a_step("resOutputsEvent", "urn::feed"), at=12.5))
    assert started is not None
    assert done is not None
    assert (started.state, started.name, done.state, done.duration_s) == ("running", "feed", "done", 2.5)


def test_a_failure_carries_what_was_said_of_it() -> None:
    tally = Tally()
    tally.add(reduce({"diagnosticEvent": {"severity": "error", "message": "quota\n", "urn": "urn::feed"}}, at=1.0))
    failed = tally.add(reduce(a_step("resOpFailedEvent", "urn::feed"), at=2.0))
    assert failed is not None
    assert (failed.state, failed.detail, tally.errors) == ("failed", "quota", ["feed: quota"])


def test_secret_outputs_are_masked() -> None:
    outputs = {"a": {SECRET_SIGNATURE: "1b47", "ciphertext": "[secret]"}, "b": [1.0, {"c": "x"}]}
    event = reduce(a_step("resOutputsEvent", "urn::s", type="pulumi:pulumi:Stack", new={"outputs": outputs}), at=0.0)
    assert event is not None
    assert event.outputs == {"a": "[secret]", "b": [1, {"c": "x"}]}
    assert isinstance(event.outputs["b"][0], int)


def test_a_planned_step_is_told_once_and_brings_no_outputs() -> None:
    tally = Tally()
    told = []
    for name in ("resourcePreEvent", "resOutputsEvent"):
        raw = {name: {"planning": True, "metadata": {"urn": "urn::s", "op": "create", "type": "pulumi:pulumi:Stack"}}}
        event = reduce(raw, at=0.0)
        assert event is not None
        told.append(tally.add(event))
    assert told[0] is not None
    assert (told[0].state, told[1], tally.outputs) == ("planned", None, {})


def test_an_event_survives_its_line() -> None:
    event = reduce(a_step("resourcePreEvent", "urn::feed"), at=1.5)
    assert event is not None
    assert decode(encode(event).strip()) == event
    assert msgspec.json.decode(encode(event))["kind"] == "started"
