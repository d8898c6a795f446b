"""From the engine's stream of events into the operation's file: reduced, redacted, on a thread of its own."""

import queue
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from eventstack.deploy.events import Event, encode, reduce
from eventstack.deploy.redact import Redactor

if TYPE_CHECKING:
    from pulumi.automation.events import EngineEvent


class EventWriter:
    """Writes events to the file on a thread of its own: a slow callback would slow the engine.

    `lost` says why some could not be written; "" while all were.
    """

    def __init__(self, path: Path, redact: Redactor) -> None:
        self.lost = ""
        self._path = path
        self._redact = redact
        self._queue: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write, name="events")
        self._thread.start()

    def __call__(self, event: "EngineEvent") -> None:
        """Take an event from the engine's stream."""
        reduced = reduce(plain(event), at=time.monotonic())
        if reduced is not None:
            self._queue.put(reduced)

    def close(self) -> None:
        """Write what is left."""
        self._queue.put(None)
        self._thread.join()

    def _write(self) -> None:
        try:
            with self._path.open("ab") as file:
                while (event := self._queue.get()) is not None:
                    clean = {"text": self._redact(event.text), "outputs": self._redact.deep(event.outputs)}
                    file.write(encode(msgspec.structs.replace(event, **clean)))
                    file.flush()
        except OSError as error:
            self.lost = f"{self._path}: {error.strerror}"


def plain(event: "EngineEvent") -> dict[str, Any]:
    """The parts of the SDK's event object that we read, in the names of the engine's JSON."""
    if event.diagnostic_event:
        said = event.diagnostic_event
        return {"diagnosticEvent": {"severity": said.severity, "message": said.message, "urn": said.urn or ""}}
    if event.summary_event:
        changes = {str(getattr(op, "value", op)): n for op, n in event.summary_event.resource_changes.items()}
        return {"summaryEvent": {"resourceChanges": changes}}
    for name, step in (
        ("resourcePreEvent", event.resource_pre_event),
        ("resOutputsEvent", event.res_outputs_event),
        ("resOpFailedEvent", event.res_op_failed_event),
    ):
        if step:
            about = step.metadata
            outputs = dict(about.new.outputs) if about.new and about.new.outputs else {}
            metadata = {
                "urn": about.urn,
                "type": about.type,
                "op": str(getattr(about.op, "value", about.op)),
                "new": {"outputs": outputs},
            }
            return {name: {"metadata": metadata, "planning": getattr(step, "planning", None)}}
    return {}
