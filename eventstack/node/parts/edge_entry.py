"""One event's own entry on the edge: a few lines of configuration and the file that opens it to the public.

It has no process. Publishing makes a file and unpublishing removes it: both take effect with the next request, and
neither touches the edge or another event.
"""

import secrets
import shutil
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from eventstack.errors import ConfigError, DeployError, Fault
from eventstack.node import config as configs
from eventstack.node import nginx
from eventstack.node.part import Launch, Place
from eventstack.node.parts import edge
from eventstack.node.secrets_file import keep_secret, private_directory, read_secret, write_private
from eventstack.planning import naming

_ANSWER_S = 5.0
_RESERVED = {"keys", "licence", "time", "vod"}


class EdgeEntry:
    """The addresses of one event for players; not published until the verb says so."""

    kind = "edge-entry"
    autostart = True
    start_order = 7

    def prepare(self, config: configs.EdgeEntry, place: Place) -> dict[str, Any]:
        """Write the entry and wait until the edge answers by it.

        Raises ConfigError when this node has no edge, DeployError when the edge doesn't take the entry.
        """
        entry = _entry(config, place)
        name = checked(config.occurrence)
        private_directory(entry)
        identity = read_secret(keep_secret(place.directory / "entry", lambda: secrets.token_hex(8)))
        write_private(entry / "upstream.conf", nginx.entry_upstream(name, config.origin))
        write_private(entry / "preview.conf", nginx.entry_preview(name, identity))
        write_private(entry / "public.conf", nginx.entry_public(name, identity, entry / "published"))
        address, credential = edge.preview(_edge(place))
        if edge.reload(_edge(place)):
            _check_in_force(f"{address}/{name}/entry", read_secret(Path(credential)), identity)
        public, recording = config.edge.rstrip("/"), recording_folder(config.recording or config.occurrence)
        return {
            "hls": f"{public}/{name}/live/master.m3u8",
            "dash": f"{public}/{name}/live/manifest.mpd",
            "preview_hls": f"{address}/{name}/lineup/master.m3u8",
            "preview_dash": f"{address}/{name}/lineup/manifest.mpd",
            "vod_hls": f"{public}/vod/{recording}/master.m3u8",
            "vod_dash": f"{public}/vod/{recording}/manifest.mpd",
            "credential_file": str(place.directory / "token"),
        }

    def launch(self, config: configs.EdgeEntry, place: Place) -> Launch | None:
        """It has no process."""
        return None

    def health(self, config: configs.EdgeEntry, place: Place) -> dict[str, Any]:
        """Whether the public is let in."""
        if "edge" not in place.others:
            return {"published": False}
        return {"published": (_entry(config, place) / "published").exists()}

    def verb(self, name: str, arguments: dict[str, Any], config: configs.EdgeEntry, place: Place) -> dict[str, Any]:
        """`publish` and `unpublish` → {"published": bool}, in force with the next request.

        Where the edge is gone nothing is served any more, so there `unpublish` is done already.
        """
        if name == "unpublish" and "edge" not in place.others:
            return {"published": False}
        mark = _entry(config, place) / "published"
        if name == "publish":
            mark.touch()
        elif name == "unpublish":
            mark.unlink(missing_ok=True)
        else:
            raise LookupError(f"an edge's entry has no verb {name!r}")
        return {"published": mark.exists()}

    def remove(self, config: configs.EdgeEntry, place: Place) -> None:
        """Take the entry off the edge; nothing to do when the edge is gone already."""
        if "edge" in place.others:
            shutil.rmtree(_entry(config, place), ignore_errors=True)
            edge.reload(_edge(place))


def checked(occurrence: str) -> str:
    """The occurrence's name, sure to be plain in paths, addresses and configurations; raises ConfigError otherwise."""
    if not naming.ID.fullmatch(occurrence) or occurrence in _RESERVED:
        allowed = "lower-case letters, digits and inner hyphens, and not an address of the edge itself"
        raise ConfigError(Fault("not an occurrence's name", field="occurrence", given=occurrence, allowed=allowed))
    return occurrence


def recording_folder(name: str) -> str:
    """A recording's name in the archive, sure to be one; raises ConfigError otherwise."""
    parsed = naming.parse_recording_name(name)
    if parsed is None:
        allowed = "an occurrence, and from its second incarnation on that incarnation: NAME.i2"
        raise ConfigError(Fault("not a recording's name", field="recording", given=name, allowed=allowed))
    checked(parsed[0])
    return name


def _edge(place: Place) -> Path:
    if "edge" not in place.others:
        raise ConfigError(Fault("an entry needs an edge on its own node", field="edge", hint="create the edge first"))
    return place.others["edge"]


def _entry(config: configs.EdgeEntry, place: Place) -> Path:
    return _edge(place) / edge.ENTRIES / checked(config.occurrence)


def _check_in_force(url: str, token: str, identity: str) -> None:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})  # noqa: S310 - our edge's address
    try:
        with urllib.request.urlopen(request, timeout=_ANSWER_S) as answer:  # noqa: S310 - our edge's address
            found = answer.read().decode()
    except (urllib.error.URLError, OSError) as cause:
        raise DeployError(f"the edge does not answer by the new entry: {cause}") from cause
    if found != identity:
        raise DeployError("the edge answers by another entry of the same name")
