"""Pulumi components for a live chain: one contract per role, and the two that are composed of them.

Import them into a program of your own; `eventstack.clouds.roles(name)` gives the classes that build each role.
"""

from eventstack.components.archive import Archive, ArchiveArgs, ArchiveStore, ArchiveStoreArgs
from eventstack.components.cdn import Cdn, CdnArgs, Distribution, DistributionArgs
from eventstack.components.contribution import Contribution, ContributionArgs
from eventstack.components.drm import Drm, DrmArgs, KeyTenancy, KeyTenancyArgs
from eventstack.components.encoder import Encoder, EncoderArgs
from eventstack.components.foundation import Foundation, FoundationArgs
from eventstack.components.live_event import LiveEvent, LiveEventArgs
from eventstack.components.packager import Packager, PackagerArgs
from eventstack.components.role import Role
from eventstack.components.roles import EventRoles, FoundationRoles, Roles
from eventstack.components.site import Site, SiteArgs
from eventstack.components.tagging import refuse_untagged

__all__ = [
    "Archive",
    "ArchiveArgs",
    "ArchiveStore",
    "ArchiveStoreArgs",
    "Cdn",
    "CdnArgs",
    "Contribution",
    "ContributionArgs",
    "Distribution",
    "DistributionArgs",
    "Drm",
    "DrmArgs",
    "Encoder",
    "EncoderArgs",
    "EventRoles",
    "Foundation",
    "FoundationArgs",
    "FoundationRoles",
    "KeyTenancy",
    "KeyTenancyArgs",
    "LiveEvent",
    "LiveEventArgs",
    "Packager",
    "PackagerArgs",
    "Role",
    "Roles",
    "Site",
    "SiteArgs",
    "refuse_untagged",
]
