"""What a person can type, for what the API's errors say of it: the command line's words for the way out of an error."""

import re

import click

from eventstack.errors import Busy, EventstackError, Refused

LIFT = "a person may lift it: `eventstack destroy {event} --override --by NAME --reason TEXT`"

WORDS = (
    (r"release the hold, or lift it by name .*", "`eventstack release {event}` releases it; or " + LIFT),
    (r"a person may lift it by name and reason.*|by=NAME, reason=TEXT", LIFT),
    (r"call again when it is off air", "the same command when it is off air (`eventstack unpublish {event}`)"),
    (r"plan it with the next incarnation", "`eventstack up FILE` with the event's file builds its next incarnation"),
    (r"preview it.*", "`eventstack preview {target}`, then this again"),
    (r"make the plan again from .*", "`eventstack up FILE` with the event's file makes its plan again"),
    (r"destroy the event, whose evidence removes it; .*", "`eventstack destroy {event}` removes it by its evidence"),
    (r"destroy and forget the child first", "`eventstack destroy` that one first"),
    (r"destroy it once more, which completes that; .*", "`eventstack destroy {event}` completes that"),
    (r"take the evidence again; .*", "`eventstack destroy {event}` takes the evidence again"),
    (r"name it, and what stands goes: (\S+)", r"`eventstack destroy \1` removes what stands, whatever the file says"),
)
"""What the API says of an override, and what it is on the command line."""


def typed(fault: EventstackError) -> EventstackError:
    """The same error, with the way out as the running command's user can type it."""
    if isinstance(fault, Refused) and fault.override:
        return Refused(_head(fault), rule=fault.rule, override=_override(fault.override))
    if isinstance(fault, Busy) and "\n" not in str(fault):
        return _busy(fault)
    return fault


def _override(override: str) -> str:
    context = click.get_current_context()
    event = str(context.params.get("event") or context.params.get("new_foundation") or "EVENT")
    new = context.params.get("new_foundation")
    target = f"--new-foundation {new}" if new else event
    if "Override(" in override and context.info_name == "up":
        override = "call again when it is off air"  # an `up` has no override
    for pattern, words in WORDS:
        if match := re.fullmatch(pattern, override):
            return match.expand(words).replace("{event}", event).replace("{target}", target)
    return override


def _busy(fault: Busy) -> Busy:
    params = click.get_current_context().params
    longer = ", or with a longer --patience" if "patience_s" in params else ""
    event = params.get("event") or params.get("new_foundation")
    look = f"; `eventstack status {event}` says how it is" if event else ""
    # the message has its place already
    return Busy(
        f"{fault}\n  to do: the same command again after {fault.after_s:g} s{longer}{look}",
        after_s=fault.after_s,
        holder=fault.holder,
    )


def _head(fault: Refused) -> str:
    return str(fault).removesuffix(f"\n  override: {fault.override}").removesuffix(f"\n  rule: {fault.rule}")
