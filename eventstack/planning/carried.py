"""What a cloud makes of what is wanted: carried out, left out without harm, or refused, and with which reason.

What is left out falls back to its default before anything is planned, so that a plan never holds a value that nobody
carries out, and no hash changes because of one.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

from eventstack.errors import Fault
from eventstack.models.shape import Shape
from eventstack.models.yaml_reader import Path, dotted
from eventstack.planning.facts import CloudFacts
from eventstack.planning.plan import LeftOut
from eventstack.planning.wants import Measure, Want

Model = TypeVar("Model", bound=Shape)


class Judged(NamedTuple):
    """Which features are carried out, what is left out, which fields fall back for that, and what is refused."""

    carried: frozenset[str]
    left_out: tuple[LeftOut, ...]
    undone: tuple[Path, ...]
    refused: tuple[Fault, ...]


def judge(wants: Iterable[Want], facts: CloudFacts, others: Sequence[CloudFacts], subject: Any) -> Judged:
    """Hold wants against the facts; `others` are the clouds that a refusal may name, `subject` whose fields."""
    done: set[str] = set()
    left: list[LeftOut] = []
    undone: list[Path] = []
    refused: list[Fault] = []
    for want in dict.fromkeys(wants):
        gone = bool(want.undo) and want.undo in undone  # what it belongs to is left out
        if want.feature in facts.features:
            done |= set() if gone else {want.feature}
            continue
        why = facts.reason(facts.ignores, want.feature)
        if why is not None:
            left.append(LeftOut(field=dotted(want.path) or "", given=want.given, why=why))
            undone.append(want.undo or want.path)
        elif not gone:
            refused.append(_refusal(want, facts, others, subject))
    return Judged(frozenset(done), tuple(left), tuple(dict.fromkeys(undone)), tuple(refused))


def _refusal(want: Want, facts: CloudFacts, others: Sequence[CloudFacts], subject: Any) -> Fault:
    kind, _, value = want.feature.partition("/")
    having = sorted(other.name for other in others if want.feature in other.features and other.name != facts.name)
    offered = sorted(item.partition("/")[2] for item in facts.features if item.startswith(f"{kind}/"))
    message = f"{facts.name} offers no {kind} {value!r}"
    why = facts.reason(facts.refuses, want.feature)
    return Fault(
        f"{message}: {why}" if why else message,
        field=dotted(want.path),
        given=want.given,
        allowed=want.better or (f"of {kind}: {', '.join(offered)}" if offered else "nothing of it: leave it out"),
        hint=f"clouds that offer it: {', '.join(having) or 'none'}",
        subject=subject,
    )


def lacking(facts: CloudFacts, roles: Iterable[str], others: Sequence[CloudFacts]) -> tuple[Fault, ...]:
    """Roles that the cloud does not have; the faults name those of `others` that do."""
    faults = []
    for role in roles:
        if role not in facts.roles:
            having = ", ".join(sorted(other.name for other in others if role in other.roles)) or "none"
            faults.append(Fault(f"{facts.name} offers no {role!r} role; clouds that do: {having}"))
    return tuple(faults)


def bounded(measures: Iterable[Measure], facts: CloudFacts, subject: Any) -> Iterator[Fault]:
    """What is beyond the cloud's limits."""
    for measure in measures:
        limit = facts.limits.get(measure.name)
        if limit is not None and not limit.least <= measure.amount <= limit.most:
            above = measure.amount > limit.most
            unit = {"ms": " ms", "s": " s"}.get(measure.name.rpartition("_")[2], "")
            span = f"{limit.least} to {limit.most}{unit}" if limit.least else f"up to {limit.most}{unit}"
            what = measure.name.removesuffix("_ms").removesuffix("_s").replace("_", " ")
            yield Fault(
                f"{what} beyond what {facts.name} takes",
                field=dotted(measure.path),
                given=measure.given,
                allowed=span,
                hint="a default quota: the vendor raises it on request" if limit.quota and above else limit.source,
                subject=subject,
            )


def without(model: Model, paths: Iterable[Path]) -> Model:
    """The model with the fields at these paths at their defaults."""
    for path in paths:
        model = _undone(model, path)
    return model


def _undone(model: Any, path: Path) -> Any:
    name, *rest = path
    if isinstance(model, tuple) and isinstance(name, int):
        return (*model[:name], _undone(model[name], tuple(rest)), *model[name + 1 :]) if rest else model
    if rest:
        return model.model_copy(update={str(name): _undone(getattr(model, str(name)), tuple(rest))})
    value = type(model).model_fields[str(name)].get_default(call_default_factory=True)
    unsaid = model.model_copy(update={str(name): value})
    unsaid.model_fields_set.discard(str(name))
    return unsaid
