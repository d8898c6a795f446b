"""What a cloud's own inventory shows: the value that inventories return and evidence is made of."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Found:
    """One thing of ours that a cloud's own inventory shows: `identity` is enough to remove exactly it.

    `tag` maps the tag keys of `planning.naming` to their values; `marks` says by which independent marks it was found;
    `resource` is the id under which the engine knows it, "" for what is no resource of a stack (a process, a file).
    """

    kind: str
    identity: str
    tag: dict[str, str]
    detail: str = ""
    marks: tuple[str, ...] = ()
    on_air: bool = False
    resource: str = ""


@dataclass(frozen=True)
class Silence:
    """Why what stands does not answer; `revivable` says that it can be started again as it is."""

    text: str
    revivable: bool = True
