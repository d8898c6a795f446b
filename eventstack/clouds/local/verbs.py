"""What may be done to a running event of the local cloud, in seconds, with nothing but its control card.

Neither engine nor store nor state is asked. The card is plain data, made once from the outputs of the event's stack;
the two credentials on it are read from the private files that the outputs name.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from eventstack.errors import ConfigError, Fault, Final, Refused, Retryable
from eventstack.node.client import NOT_NOW, Declined, NodeClient, Silent

FORMAT = 1
"""Version of the card's form."""

_ADDRESSES = (
    "hls",
    "dash",
    "preview_hls",
    "preview_dash",
    "vod_hls",
    "vod_dash",
    "preview_credential_file",
    "origin",
    "ingest",
    "licence",
    "recording",
)


def card(outputs: Mapping[str, Any]) -> dict[str, Any]:
    """The control card of an event from its stack's outputs; it holds credentials, so its file is private (0600).

    Raises Final when an output is missing or a credential can't be read.
    """
    try:
        return {
            "format": FORMAT,
            "occurrence": outputs.get("occurrence", ""),
            "cloud": "local",
            "control": outputs["control"],
            "control_token": _credential(outputs["control_token_file"]),
            "entry_control": outputs["entry_control"],
            "entry_token": _credential(outputs["entry_credential_file"]),
            **{name: outputs[name] for name in _ADDRESSES if outputs.get(name)},
        }
    except KeyError as fault:
        raise Final(f"the stack has no output {fault}, so its verbs can't be reached") from fault
    except OSError as fault:
        raise Final(f"a credential of the event can't be read: {fault}") from fault


def perform(card: Mapping[str, Any], verb: str, **arguments: Any) -> dict[str, Any]:
    """Do one verb: {"ok": True, "detail": text, "measured": {…}}. Doing it twice is as good as once.

    `start`, `stop`, `publish` and `unpublish` take no arguments, `slate` takes `on`. Raises ConfigError for another
    verb or another card, Refused for `publish` or `slate` before `start`, and a DeployError when a node does not answer
    or does not succeed.
    """
    if verb not in _VERBS:
        raise ConfigError(Fault("no such verb", field="verb", given=verb, allowed=", ".join(_VERBS)))
    missing = [name for name in ("control", "control_token", "entry_control", "entry_token") if not card.get(name)]
    if missing or card.get("format") != FORMAT:
        lacks = f", lacking {', '.join(missing)}" if missing else ""
        raise ConfigError(Fault("not a control card of the local cloud", given=f"format {card.get('format')}{lacks}"))
    node = NodeClient(str(card["control"]), str(card["control_token"]))
    entry = NodeClient(str(card["entry_control"]), str(card["entry_token"]))
    name = card.get("occurrence") or "EVENT"
    try:
        return _VERBS[verb](node, entry, verb, arguments)
    except Declined as fault:
        if fault.status != NOT_NOW:
            raise
        rule = "the public is shown only what runs"
        raise Refused(str(fault), rule=rule, override=f"eventstack start {name}") from fault
    except Silent as fault:
        remedy = f"`eventstack recover {name}` starts it again"
        if fault.address == entry.address:
            remedy = "it belongs to the foundation, `eventstack recover` of that starts it again"
        raise Retryable(f"{fault}; {remedy}", after_s=fault.after_s) from fault


def _by_node(node: NodeClient, entry: NodeClient, verb: str, arguments: dict[str, Any]) -> dict[str, Any]:
    del entry
    return node.verb(verb, **arguments)


def _publish(node: NodeClient, entry: NodeClient, verb: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """The programme begins first, so that the public never meets an entry with nothing behind it."""
    answer = node.verb(verb, **arguments)
    return _with(answer, entry.request("POST", f"/verbs/{verb}", {}))


def _unpublish(node: NodeClient, entry: NodeClient, verb: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """The public is shut out first; whatever becomes of the node, the event is off air then."""
    shut = entry.request("POST", f"/verbs/{verb}", {})
    return _with(node.verb(verb, **arguments), shut)


def _with(answer: dict[str, Any], entry: dict[str, Any]) -> dict[str, Any]:
    return {**answer, "measured": {**answer.get("measured", {}), "entry": entry}}


def _credential(path: Any) -> str:
    return Path(str(path)).read_text(encoding="utf-8").strip()


_Performer = Callable[[NodeClient, NodeClient, str, dict[str, Any]], dict[str, Any]]

_VERBS: dict[str, _Performer] = {
    "start": _by_node,
    "stop": _by_node,
    "slate": _by_node,
    "publish": _publish,
    "unpublish": _unpublish,
}
