"""A program's own guard against what could never be found again, or not be removed without it: no resource without its
six tags, none that the engine forgets with another, none whose removal needs the program.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import pulumi

from eventstack.components.inputs import is_open
from eventstack.errors import ConfigError, Fault
from eventstack.planning import naming

PROPERTIES = ("tags", "labels")
"""Where the suppliers keep them."""


def refuse_untagged() -> None:
    """Refuse every resource that lacks a tag, whoever makes it; the first line of a program."""
    pulumi.runtime.register_resource_transform(check)


def check(args: pulumi.ResourceTransformArgs) -> None:
    """Raise ConfigError for a resource without the six tags; components and providers need none, they cost nothing.

    Also for `deleted_with`, by which the engine forgets a resource even where the other refuses to be deleted, and for
    delete hooks, without whose program nothing is deleted.
    """
    for option, hint in _unwanted(args.opts):
        raise ConfigError(Fault(f"refused: it has {option}", field=f"{args.type_} {args.name!r}", hint=hint))
    if not args.custom or args.type_.startswith("pulumi:"):
        return
    missing = [key for key in naming.TAG_KEYS if not _has(args.props, key)]
    if missing:
        raise ConfigError(
            Fault(
                f"refused: it lacks {', '.join(missing)}",
                field=f"{args.type_} {args.name!r}",
                hint="give it planning.naming.role_tags from its creation on",
            )
        )


def _unwanted(opts: pulumi.ResourceOptions) -> Iterator[tuple[str, str]]:
    if opts.deleted_with is not None:
        yield "deleted_with", "let it be deleted by itself: it would be forgotten where the other one stays"
    if opts.hooks is not None and (opts.hooks.before_delete or opts.hooks.after_delete):
        yield "a delete hook", "do without: a stack must go also when its program no longer runs"


def _has(props: Mapping[str, Any], key: str) -> bool:
    for name in PROPERTIES:
        tags = props.get(name)
        if is_open(tags):
            return True
        if isinstance(tags, Mapping) and key in tags and tags[key] != "":
            return True
    return False
