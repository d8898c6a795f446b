"""Every secret of a rehearsal that runs, and where they turn up: in arguments, in files, in output."""

import base64
import json
import threading
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from eventstack.node import record
from tests.rehearsal.conftest import Run

KEEPERS = (
    "state/passphrase",
    "state/seal.key",
    "state/cards/*.json",
    "data/nodes/*/token",
    "data/nodes/*/parts/*/token",
    "data/nodes/*/parts/edge/nginx.conf",
    "data/nodes/*/parts/edge/secrets/preview",
    "data/nodes/*/parts/keys/secrets/credential",
    "data/nodes/*/parts/receiver/secrets/passphrase",
    "data/nodes/*/parts/receiver/ingest.ffconcat",
    "data/nodes/*/parts/packager/packager.flags",
)
"""The files of a home that may hold a secret, each private."""


def secrets_of(run: Run) -> dict[str, list[bytes]]:
    """Every secret by a name of its own, in each form in which it could be written."""
    foundation, event = run.node("foundation"), run.node("event")
    files = {
        "contribution passphrase": event / "parts/receiver/secrets/passphrase",
        "preview token": foundation / "parts/edge/secrets/preview",
        "key service's credential": foundation / "parts/keys/secrets/credential",
        "stack passphrase": run.settings.state / "passphrase",
        "seal key": run.settings.state / "seal.key",
        **{f"token {path}": path for node in (foundation, event) for path in [node / "token", *_part_tokens(node)]},
    }
    found = {name: [path.read_bytes().strip()] for name, path in files.items()}
    found["seal key"].append(base64.urlsafe_b64decode(found["seal key"][0] + b"=="))
    for label, key in _content_keys(foundation).items():
        found[f"content key {label}"] = [key, *_forms(key)]
    assert all(len(form) >= 16 for forms in found.values() for form in forms)
    return found


def _part_tokens(node: Path) -> Iterator[Path]:
    yield from node.glob("parts/*/token")


def _content_keys(foundation: Path) -> dict[str, bytes]:
    outputs = record.read_part(foundation / "parts/keys").outputs or {}
    credential = Path(outputs["credential_file"]).read_text(encoding="utf-8").strip()
    config = json.loads(next(foundation.glob("parts/*content-key/config.json")).read_text(encoding="utf-8"))
    request = urllib.request.Request(
        f"{outputs['address']}/v1/content/{config['content_id']}", headers={"Authorization": f"Bearer {credential}"}
    )
    with urllib.request.urlopen(request, timeout=5) as answer:
        keys = json.load(answer)["keys"]
    return {label: bytes.fromhex(key["key"]) for label, key in keys.items()}


def _forms(key: bytes) -> Iterator[bytes]:
    yield key.hex().encode()
    yield key.hex().upper().encode()
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        yield encode(key).rstrip(b"=")


def named(secrets: Mapping[str, Iterable[bytes]], text: bytes) -> list[str]:
    """The names of the secrets that stand in `text`."""
    return [name for name, forms in secrets.items() if any(form in text for form in forms)]


def holders(home: Path, secrets: Mapping[str, Iterable[bytes]]) -> dict[str, list[str]]:
    """Every file below a home that holds a secret, but for those that may and are private."""
    allowed = {path for pattern in KEEPERS for path in home.glob(pattern) if path.stat().st_mode & 0o077 == 0}
    found = {}
    for path in home.rglob("*"):
        if path in allowed or path.is_symlink() or not path.is_file() or path.is_relative_to(home / "engine"):
            continue
        try:
            text = path.read_bytes()
        except FileNotFoundError:
            continue  # a cell or a draft that has had its day
        if names := named(secrets, text):
            found[str(path.relative_to(home))] = names
    return found


def kept(home: Path, secrets: Mapping[str, Iterable[bytes]]) -> set[str]:
    """The names of the secrets that stand in the files which may hold one."""
    files = [path for pattern in KEEPERS for path in home.glob(pattern)]
    return {name for path in files for name in named(secrets, path.read_bytes())}


class Arguments(threading.Thread):
    """Takes down the arguments of every process of this machine, as anybody on it can, until told to stop."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.seen: set[bytes] = set()
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.wait(0.1):
            self.seen |= set(_command_lines())

    def stop(self) -> None:
        self._over.set()
        self.join()


def _command_lines() -> Iterator[bytes]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                yield (entry / "cmdline").read_bytes()
            except OSError:
                continue
