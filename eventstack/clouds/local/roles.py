"""The local cloud's role table."""

from eventstack.clouds.local.archive import ArchiveServer, Recording
from eventstack.clouds.local.cdn import EdgeEntry, NginxEdge
from eventstack.clouds.local.contribution import SrtContribution
from eventstack.clouds.local.drm import ContentKeys, KeyService
from eventstack.clouds.local.encoder import FfmpegEncoder
from eventstack.clouds.local.packager import ShakaPackager
from eventstack.clouds.local.site import Machine
from eventstack.components import Roles

ROLES: Roles = {
    "foundation": {"site": Machine, "drm": KeyService, "archive": ArchiveServer, "cdn": NginxEdge},
    "event": {
        "site": Machine,
        "contribution": SrtContribution,
        "encoder": FfmpegEncoder,
        "drm": ContentKeys,
        "archive": Recording,
        "packager": ShakaPackager,
        "cdn": EdgeEntry,
    },
}
