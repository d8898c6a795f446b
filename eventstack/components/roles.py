"""The shape of a cloud's role table: which class builds which role, for each layer."""

from typing import TypedDict

from eventstack.components.archive import Archive, ArchiveStore
from eventstack.components.cdn import Cdn, Distribution
from eventstack.components.contribution import Contribution
from eventstack.components.drm import Drm, KeyTenancy
from eventstack.components.encoder import Encoder
from eventstack.components.packager import Packager
from eventstack.components.site import Site


class FoundationRoles(TypedDict):
    """What lives for months."""

    site: type[Site]
    drm: type[KeyTenancy]
    archive: type[ArchiveStore]
    cdn: type[Distribution]


class EventRoles(TypedDict):
    """What lives for hours."""

    site: type[Site]
    contribution: type[Contribution]
    encoder: type[Encoder]
    drm: type[Drm]
    archive: type[Archive]
    packager: type[Packager]
    cdn: type[Cdn]


class Roles(TypedDict):
    """A cloud's whole table."""

    foundation: FoundationRoles
    event: EventRoles
