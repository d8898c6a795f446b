"""What Google Cloud offers: encoders and packagers on machines of ours, a bucket as origin and archive, Cloud CDN.

Free of any SDK. State of 2026-11. The managed Live Stream API is alive, but no provider of Pulumi's manages it, and
Media CDN is by request only: neither is planned on. Load balancer, bucket and certificate live in the foundation, an
event has a folder of the bucket and a grant on it. `base_lead_s` (the engine's start, preview and checkpoints over a
network) and `settle_s` (until an inventory shows a removal) are estimates.
"""

from eventstack.planning import machines
from eventstack.planning.facts import Billing, CloudFacts, Creates, Lead
from eventstack.planning.features import words
from eventstack.planning.region import Region

_ESTIMATE = "estimate"
_BOOT = (
    "estimate: 23 to 60 s to boot (secondary: a public test of 5,000 machines) and 10 to 40 s of cloud-init, from an "
    "image made before; kept below 5 minutes"
)
_PRICES = "vendor document: Cloud CDN pricing"

_TEMPLATE = "gcp:compute/instanceTemplate:InstanceTemplate"
_GROUP = "gcp:compute/regionInstanceGroupManager:RegionInstanceGroupManager"

_REGIONS = (
    Region("europe-west3", "Frankfurt", "DE", 5011, 868),
    Region("europe-west1", "St. Ghislain", "BE", 5045, 382),
    Region("europe-west2", "London", "GB", 5151, -13),
    Region("europe-west4", "Eemshaven", "NL", 5344, 683),
    Region("europe-west6", "Zürich", "CH", 4738, 854),
    Region("europe-west8", "Milan", "IT", 4546, 919),
    Region("europe-west9", "Paris", "FR", 4886, 235),
    Region("europe-southwest1", "Madrid", "ES", 4042, -370),
    Region("europe-central2", "Warsaw", "PL", 5223, 2101),
    Region("europe-north1", "Hamina", "FI", 6057, 2720),
    Region("us-central1", "Council Bluffs", "US", 4126, -9586),
    Region("us-east1", "Moncks Corner", "US", 3320, -8001),
    Region("us-east4", "Ashburn", "US", 3904, -7749),
    Region("us-south1", "Dallas", "US", 3278, -9680),
    Region("us-west1", "The Dalles", "US", 4559, -12118),
    Region("us-west2", "Los Angeles", "US", 3405, -11824),
    Region("northamerica-northeast1", "Montréal", "CA", 4550, -7357),
    Region("northamerica-northeast2", "Toronto", "CA", 4365, -7938),
    Region("southamerica-east1", "Osasco", "BR", -2353, -4679),
    Region("southamerica-west1", "Santiago", "CL", -3345, -7067),
    Region("africa-south1", "Johannesburg", "ZA", -2620, 2805),
    Region("me-west1", "Tel Aviv", "IL", 3209, 3478),
    Region("asia-south1", "Mumbai", "IN", 1908, 7288),
    Region("asia-southeast1", "Singapore", "SG", 134, 10371),
    Region("asia-southeast2", "Jakarta", "ID", -621, 10685),
    Region("asia-east1", "Changhua", "TW", 2408, 12054),
    Region("asia-east2", "Hong Kong", "HK", 2232, 11417),
    Region("asia-northeast1", "Tokyo", "JP", 3568, 13969),
    Region("asia-northeast2", "Osaka", "JP", 3469, 13550),
    Region("asia-northeast3", "Seoul", "KR", 3757, 12698),
    Region("australia-southeast1", "Sydney", "AU", -3387, 15121),
)
"""Well-known regions at the places that the vendor names. A selection; which sizes of machine each has, and with what
quota, was not checked."""

FACTS = CloudFacts(
    name="gcp",
    roles=("contribution", "encoder", "packager", "drm", "cdn", "archive", "monitor"),
    features=machines.FEATURES | words("access", "signed"),
    ignores={
        **machines.IGNORES,
        "capacity/warm": "groups are built at their full size; no machines wait aside",
    },
    refuses={
        **machines.REFUSES,
        "rights": "an edge policy belongs to the load balancer that events share, and how long a change takes is "
        "published nowhere: one event's territories would be another's, and a blackout could begin late",
        "layers/single": "a managed certificate may take an hour, and a new load balancer ten minutes: "
        "both are for many events",
    },
    leads={
        "site": Lead(60, _ESTIMATE),
        "contribution": Lead(60, _ESTIMATE),
        "encoder": Lead(300, _BOOT),
        "drm": Lead(120, f"{_ESTIMATE} (a grant on a secret, seen everywhere)"),
        "archive": Lead(30, _ESTIMATE),
        "packager": Lead(300, _BOOT),
        "cdn": Lead(120, f"{_ESTIMATE} (a grant on a folder of the origin, seen everywhere)"),
        "monitor": Lead(60, _ESTIMATE),
    },
    base_lead_s=60,
    settle_s=120,
    regions={region.name: region for region in _REGIONS},
    default_region="europe-west3",
    creates=(
        Creates("contribution", "gcp:compute/firewall:Firewall"),
        Creates("contribution", "gcp:compute/address:Address", ("paths",)),
        Creates("contribution", "gcp:compute/forwardingRule:ForwardingRule", ("paths",)),
        Creates("encoder", _TEMPLATE),
        Creates("encoder", _GROUP, ("paths",)),
        Creates("packager", _TEMPLATE),
        Creates("packager", _GROUP),
        Creates("drm", "gcp:secretmanager/secretIamMember:SecretIamMember", when="key-source/local"),
        Creates("cdn", "gcp:storage/bucketIAMMember:BucketIAMMember"),
        Creates("archive", "gcp:transcoder/job:Job", when="vod/repackage"),
        Creates("monitor", "gcp:monitoring/alertPolicy:AlertPolicy", ("alarms",), "thresholds/any"),
        Creates("monitor", "gcp:monitoring/dashboard:Dashboard"),
        Creates("monitor", "gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig"),
        Creates("site", "gcp:compute/network:Network", layer="series"),
        Creates("site", "gcp:compute/subnetwork:Subnetwork", layer="series"),
        Creates("packager", "gcp:storage/bucket:Bucket", layer="foundation"),
        Creates("cdn", "gcp:compute/backendBucket:BackendBucket", layer="foundation"),
        Creates(
            "cdn",
            "gcp:compute/backendBucketSignedUrlKey:BackendBucketSignedUrlKey",
            when="access/signed",
            layer="foundation",
        ),
        Creates("cdn", "gcp:compute/uRLMap:URLMap", layer="foundation"),
        Creates("cdn", "gcp:compute/targetHttpsProxy:TargetHttpsProxy", layer="foundation"),
        Creates("cdn", "gcp:compute/globalForwardingRule:GlobalForwardingRule", layer="foundation"),
        Creates(
            "cdn", "gcp:compute/managedSslCertificate:ManagedSslCertificate", when="domain/own", layer="foundation"
        ),
        Creates("archive", "gcp:storage/bucket:Bucket", layer="foundation"),
        Creates("monitor", "gcp:monitoring/notificationChannel:NotificationChannel", layer="foundation"),
    ),
    machine_form=r"[a-z][0-9][a-z]?-[a-z]+-[0-9]+(-[a-z]+)?",
    machine_example="c2-standard-16",
    machine=machines.MACHINE,
    billing=(
        Billing(
            "Cloud CDN", "by the gibibyte that leaves the edge, that fills it, and by ten thousand look-ups", _PRICES
        ),
        Billing("Compute Engine", "by the hour, idle or not", "secondary: public tables of prices on demand"),
    ),
)
