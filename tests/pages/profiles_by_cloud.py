"""Writes docs/profiles-by-cloud.md: `python -m tests.pages.profiles_by_cloud`. A test keeps the page."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from eventstack.cli.remedies import REMEDIES
from eventstack.clouds import CLOUDS
from eventstack.errors import Fault
from eventstack.models.load import load_profile
from eventstack.planning.plan import Note, StackPlan
from tests.pages.shipped import PROFILES, event_text, outcome

PAGE = Path(__file__).parents[2] / "docs" / "profiles-by-cloud.md"

_INDEX = re.compile(r"\[[0-9]+]")

_HEAD = """# Shipped profiles, cloud by cloud

Which profile resolves on which cloud, what each cloud leaves out of it, and exactly why it is refused where it is.
The page is written by planning a sample event of each profile on each cloud
(`python -m tests.pages.profiles_by_cloud`); the whole plans are kept in `tests/planning/golden`. What the clouds offer
in general: [clouds.md](clouds.md).

The sample event is two hours long and has 40 000 viewers, 60 000 at the peak, in Germany, Austria and Switzerland. On
`local` its feed is synthetic; elsewhere its passphrase is in the cloud's secret store. That a profile resolves on a
cloud means that it can be planned there; today stacks are built on `local` alone.
"""

_RESOLVES = """## Does it resolve?

`+` it does, `(n)` it does and n values are left out, `-` it is refused. `- *` it is refused, and resolves with the
overrides of an event that stand below.
"""

_SOON = """## How long before its start an event must be known

The line-up of the profile and the lead of the cloud. `eventstack plan` says the moment itself, as "announce by", and
the way that the lead comes about; the figures of `aws`, `azure` and `gcp` are estimates and upper bounds of vendors
([clouds.md](clouds.md) has the source of each). In brackets: with the overrides that make it resolve.
"""


def text() -> str:
    """The page, as it should be."""
    rows = [(f"[{name}](#{name})", *(_verdict(name, cloud) for cloud in CLOUDS)) for name in PROFILES]
    ahead = [(name, *(_ahead(name, cloud) for cloud in CLOUDS)) for name in PROFILES]
    parts = [_HEAD, _RESOLVES, _table(("profile", *CLOUDS), rows), _SOON, _table(("profile", *CLOUDS), ahead)]
    return "\n".join([*parts, *(part for name in PROFILES for part in _profile(name))])


def _verdict(name: str, cloud: str) -> str:
    plan = outcome(name, cloud).plan
    if plan is None:
        return "- *" if (name, cloud) in REMEDIES else "-"
    return f"({len(plan.left_out)})" if plan.left_out else "+"


def _ahead(name: str, cloud: str) -> str:
    plan = outcome(name, cloud).plan
    if plan:
        return _before(plan)
    remedy = REMEDIES.get((name, cloud))
    plan = outcome(name, cloud, remedy).plan if remedy else None
    return f"({_before(plan)})" if plan else "-"


def _before(plan: StackPlan) -> str:
    line = plan.timeline
    assert line
    seconds = int((datetime.fromisoformat(line.on_air_from) - datetime.fromisoformat(line.announce_by)).total_seconds())
    minutes, rest = divmod(seconds, 60)
    return " ".join(part for part in (f"{minutes} min" * bool(minutes), f"{rest} s" * bool(rest)) if part)


def _profile(name: str) -> Iterator[str]:
    yield f"## {name}\n"
    yield f"{load_profile(name).description}.\n"
    own = [line for line in event_text(name, "aws").splitlines() if line.startswith(("series:", "rights:"))]
    if own:
        yield f"Its sample event says besides: {', '.join(f'`{line}`' for line in own)}.\n"
    for cloud in CLOUDS:
        found = outcome(name, cloud)
        if found.plan is None:
            yield from _refused(name, cloud, found.faults)
        else:
            yield from _left_out(cloud, found.plan)
    notes = _notes(name)
    if notes:
        yield _table(("noted", "what"), [(f"`{note.field}`", note.text) for note in notes])


def _refused(name: str, cloud: str, faults: Iterable[Fault]) -> Iterator[str]:
    yield f"**{cloud}** refuses it:\n"
    by_reason: dict[str, list[str]] = {}
    for fault in dict.fromkeys(faults):
        by_reason.setdefault(fault.message, []).append(f"`{fault.field}`" + (f" {fault.given}" if fault.given else ""))
    yield _table(("field", "why"), [(", ".join(fields), reason) for reason, fields in by_reason.items()])
    if remedy := REMEDIES.get((name, cloud)):
        left = outcome(name, cloud, remedy).plan
        assert left
        fields = dict.fromkeys(f"`{_INDEX.sub('[]', one.field)}`" for one in left.left_out)
        also = f"; then {', '.join(fields)} would be left out" if fields else ""
        yield f"It resolves with `overrides: {remedy}`{also}.\n"


def _left_out(cloud: str, plan: StackPlan) -> Iterator[str]:
    if not plan.left_out:
        yield f"**{cloud}** carries all of it.\n"
        return
    yield f"**{cloud}** leaves out:\n"
    yield _table(("field", "given", "why"), [(f"`{one.field}`", one.given, one.why) for one in plan.left_out])


def _notes(name: str) -> list[Note]:
    """What is said of its plans on any cloud."""
    plans = [plan for cloud in CLOUDS if (plan := outcome(name, cloud).plan)]
    return list(dict.fromkeys(note for plan in plans for note in plan.notes))


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(row) + " |\n" for row in lines)


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
