"""What Azure offers: encoders and packagers on machines of ours, blobs as origin and archive, Front Door in front.

Free of any SDK. State of 2026-11: Azure has no managed live chain any more. `base_lead_s` (the engine's start, preview
and checkpoints over a network) and `settle_s` (until an inventory shows a removal) are estimates.

Front Door is slow, and its operations queue: profile, endpoint and host name live in the foundation, an event adds
an origin and a route, hours ahead.
"""

from eventstack.planning import machines
from eventstack.planning.facts import Billing, CloudFacts, Creates, Lead, Limit, Retired
from eventstack.planning.region import Region

_ESTIMATE = "estimate"
_BOOT = "estimate: 1 to 2 minutes to boot and 10 to 40 s of cloud-init, from an image made before; kept below 5 minutes"
_FRONT_DOOR = "vendor document: Front Door, up to 20 minutes an operation and 40 for two in a row, queued"
_RETIREMENT = "vendor document: retirement of"

_SCALE_SET = "azure-native:compute:VirtualMachineScaleSet"

_REGIONS = (
    Region("germanywestcentral", "Frankfurt", "DE", 5011, 868),
    Region("westeurope", "Amsterdam", "NL", 5237, 490),
    Region("northeurope", "Dublin", "IE", 5335, -626),
    Region("uksouth", "London", "GB", 5151, -13),
    Region("francecentral", "Paris", "FR", 4886, 235),
    Region("swedencentral", "Gävle", "SE", 6067, 1714),
    Region("norwayeast", "Oslo", "NO", 5991, 1075),
    Region("switzerlandnorth", "Zürich", "CH", 4738, 854),
    Region("italynorth", "Milan", "IT", 4546, 919),
    Region("spaincentral", "Madrid", "ES", 4042, -370),
    Region("polandcentral", "Warsaw", "PL", 5223, 2101),
    Region("eastus", "Virginia", "US", 3737, -7982),
    Region("centralus", "Des Moines", "US", 4159, -9362),
    Region("southcentralus", "San Antonio", "US", 2942, -9850),
    Region("westus2", "Quincy", "US", 4723, -11985),
    Region("westus3", "Phoenix", "US", 3345, -11207),
    Region("canadacentral", "Toronto", "CA", 4365, -7938),
    Region("brazilsouth", "São Paulo", "BR", -2355, -4663),
    Region("southafricanorth", "Johannesburg", "ZA", -2620, 2805),
    Region("uaenorth", "Dubai", "AE", 2520, 5527),
    Region("centralindia", "Pune", "IN", 1852, 7386),
    Region("southeastasia", "Singapore", "SG", 135, 10382),
    Region("eastasia", "Hong Kong", "HK", 2232, 11417),
    Region("japaneast", "Tokyo", "JP", 3568, 13969),
    Region("koreacentral", "Seoul", "KR", 3757, 12698),
    Region("australiaeast", "Sydney", "AU", -3387, 15121),
)
"""Well-known regions with availability zones, which two paths need. A selection; which sizes of machine each has, and
with what quota, was not checked. Where the vendor names a state or a country only, the place is the best known site."""

FACTS = CloudFacts(
    name="azure",
    roles=("contribution", "encoder", "packager", "drm", "cdn", "archive", "monitor"),
    features=machines.FEATURES,
    ignores={
        **machines.IGNORES,
        "capacity/warm": "scale sets are built at their full size; no machines wait aside",
    },
    refuses={
        **machines.REFUSES,
        "access/signed": "that Front Door checks signed addresses is not verified: what is to be closed could be open",
        "rights": "a firewall policy belongs to the endpoint that events share, and a change of Front Door may take 20 "
        "minutes: one event's territories would be another's, and a blackout would begin late",
        "layers/single": "a new endpoint of Front Door answers after 10 to 90 minutes: it is for many events",
    },
    leads={
        "site": Lead(60, _ESTIMATE),
        "contribution": Lead(60, _ESTIMATE),
        "encoder": Lead(300, _BOOT),
        "drm": Lead(120, f"{_ESTIMATE} (a grant on a secret, seen everywhere)"),
        "archive": Lead(30, _ESTIMATE),
        "packager": Lead(300, _BOOT),
        "cdn": Lead(2_400, _FRONT_DOOR),
        "monitor": Lead(60, _ESTIMATE),
    },
    base_lead_s=60,
    settle_s=300,
    limits={
        "front_door_endpoints": Limit(25, f"{_ESTIMATE} (of a Premium profile)", quota=True),
    },
    regions={region.name: region for region in _REGIONS},
    default_region="germanywestcentral",
    creates=(
        Creates("site", "azure-native:resources:ResourceGroup"),
        Creates("contribution", "azure-native:network:NetworkSecurityGroup"),
        Creates("contribution", "azure-native:network:PublicIPAddress", ("paths",)),
        Creates("contribution", "azure-native:network:LoadBalancer", ("paths",)),
        Creates("encoder", "azure-native:managedidentity:UserAssignedIdentity"),
        Creates("encoder", _SCALE_SET, ("paths",)),
        Creates("packager", _SCALE_SET),
        Creates("packager", "azure-native:storage:StorageAccount"),
        Creates("packager", "azure-native:storage:StorageAccountStaticWebsite"),
        Creates("packager", "azure-native:storage:BlobServiceProperties", when="cors/any"),
        Creates("drm", "azure-native:authorization:RoleAssignment", when="key-source/local"),
        Creates("cdn", "azure-native:cdn:AFDOriginGroup"),
        Creates("cdn", "azure-native:cdn:AFDOrigin"),
        Creates("cdn", "azure-native:cdn:Route"),
        Creates("cdn", "azure-native:cdn:RuleSet"),
        Creates("cdn", "azure-native:cdn:Rule"),
        Creates("archive", "azure-native:storage:BlobContainer"),
        Creates("monitor", "azure-native:monitor:DiagnosticSetting"),
        Creates("monitor", "azure-native:monitor:MetricAlert", ("alarms",), "thresholds/any"),
        Creates("site", "azure-native:resources:ResourceGroup", layer="foundation"),
        Creates("site", "azure-native:network:VirtualNetwork", layer="series"),
        Creates("site", "azure-native:network:Subnet", layer="series"),
        Creates("drm", "azure-native:keyvault:Vault", when="key-source/local", layer="foundation"),
        Creates("cdn", "azure-native:cdn:Profile", layer="foundation"),
        Creates("cdn", "azure-native:cdn:AFDEndpoint", layer="foundation"),
        Creates("cdn", "azure-native:cdn:AFDCustomDomain", when="domain/own", layer="foundation"),
        Creates("archive", "azure-native:storage:StorageAccount", layer="foundation"),
        Creates("archive", "azure-native:storage:ManagementPolicy", when="archive/keep", layer="foundation"),
        Creates("monitor", "azure-native:operationalinsights:Workspace", layer="foundation"),
        Creates("monitor", "azure-native:monitor:ActionGroup", layer="foundation"),
    ),
    machine_form=r"(Standard_)?[A-Z]+[0-9]+[a-z]*(_[A-Z][0-9]+)?(_v[0-9]+)?",
    machine_example="F16s_v2",
    machine=machines.MACHINE,
    billing=(
        Billing(
            "Front Door",
            "a base fee a month for each profile, Premium about nine times Standard",
            "secondary: third-party pages of 2026, uncertain",
        ),
        Billing("Front Door", "the base fee is counted by the hour", _ESTIMATE),
        Billing(
            "Front Door",
            "by the gigabyte and by ten thousand requests",
            "secondary: third-party pages of 2026, uncertain",
        ),
        Billing("Virtual machines", "by the hour, idle or not", "secondary: public tables of prices on demand"),
    ),
    retired=(
        Retired(
            "Azure CDN from Akamai",
            "2023-10-31",
            "Front Door Standard or Premium",
            f"{_RETIREMENT} Azure CDN from Akamai",
        ),
        Retired(
            "Azure Media Services",
            "2024-06-30",
            "encoders and packagers on machines of our own",
            f"{_RETIREMENT} Azure Media Services",
        ),
        Retired(
            "Azure CDN from Edgio (Verizon)",
            "2025-01-15",
            "Front Door Standard or Premium",
            f"{_RETIREMENT} Azure CDN from Edgio",
        ),
        Retired(
            "Front Door (classic)",
            "2027-03-31",
            "Front Door Standard or Premium",
            f"{_RETIREMENT} Azure Front Door (classic)",
        ),
        Retired(
            "Azure CDN Standard from Microsoft (classic)",
            "2027-09-30",
            "Front Door Standard or Premium; since 2025-10-01 no new profiles are made",
            f"{_RETIREMENT} Azure CDN Standard from Microsoft (classic)",
        ),
    ),
)
