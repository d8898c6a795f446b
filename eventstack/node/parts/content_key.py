"""One event's content keys: made in the key service and sealed beside the recording.

It has no process. Both stay when the part goes, because the recording needs them: the service licenses its viewers as
long as the foundation stands, the sealed record opens it later.
"""

import http.client
import json
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from eventstack.errors import StoreError
from eventstack.media.recording import KEYS
from eventstack.node import config
from eventstack.node.part import Place
from eventstack.node.secrets_file import private_directory, read_secret

PATIENCE_S = 5.0
"""How long a key service that was just started, or restarted, is waited for."""


class ContentKey:
    """The part; every method may be repeated, and keys that exist never change."""

    kind = "content-key"
    autostart = True
    start_order = 20

    def prepare(self, config: config.ContentKey, place: Place) -> dict[str, Any]:
        """Have the keys made and sealed; outputs `kids` and `record`. Raises StoreError when the service refuses."""
        body = {"content_id": config.content_id, "labels": list(config.labels)}
        kids = _ask(config, "POST", "/v1/content", body)["kids"]
        record = private_directory(Path(config.recording)) / KEYS
        _ask(config, "POST", f"/v1/content/{quote(config.content_id, safe='')}/seal", {"path": str(record)})
        return {"kids": kids, "record": str(record)}

    def launch(self, config: config.ContentKey, place: Place) -> None:
        """No process."""

    def health(self, config: config.ContentKey, place: Place) -> dict[str, Any]:
        """Whether the sealed record is there."""
        return {"sealed": (Path(config.recording) / KEYS).is_file()}

    def verb(self, name: str, arguments: dict[str, Any], config: config.ContentKey, place: Place) -> dict[str, Any]:
        """It has none."""
        raise LookupError(f"content keys have no verb {name!r}")

    def remove(self, config: config.ContentKey, place: Place) -> None:
        """Nothing: the recording outlives the event, and its keys outlive it too."""


def _ask(config: config.ContentKey, method: str, path: str, body: Any = None) -> Any:
    """One request to the key service, repeated while nobody listens yet."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            return _request(config, method, path, body)
        except (OSError, http.client.HTTPException) as cause:
            if time.monotonic() > deadline:
                raise StoreError(f"the key service at {config.keys} can't be reached: {cause}") from cause
        time.sleep(0.1)


def _request(config: config.ContentKey, method: str, path: str, body: Any) -> Any:
    connection = http.client.HTTPConnection(urlsplit(config.keys).netloc, timeout=PATIENCE_S)
    try:
        headers = {
            "Authorization": f"Bearer {read_secret(Path(config.credential_file))}",
            "Content-Type": "application/json",
        }
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = connection.getresponse()
        document = answer.read()
    finally:
        connection.close()
    if answer.status >= 300:
        raise StoreError(f"the key service answered {answer.status} to {method} {path}: {_text(document)}")
    return json.loads(document) if document else None


def _text(document: bytes) -> str:
    return document.decode("utf-8", "replace")[:200]
