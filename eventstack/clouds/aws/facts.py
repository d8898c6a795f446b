"""What AWS offers: MediaConnect, MediaLive, MediaPackage v2 with SPEKE, CloudFront and S3, all managed.

Free of any SDK. State of 2026-11. Figures of waiters are upper bounds: how long AWS's own library waits before it
gives up. `base_lead_s` (the engine's start, preview and checkpoints over a network) and `settle_s` (until tags of what
was removed are gone from an inventory) are estimates.

A segment is asked for in whole seconds, and MediaPackage rounds it to a multiple of the segments that come in: 1.92 s
of the encoder stays 1.92 s.
"""

from eventstack.planning.facts import Billing, CloudFacts, Creates, Lead, Limit, Retired
from eventstack.planning.features import words
from eventstack.planning.region import Region

_WAITERS = "vendor document: waiters of botocore 1.44, an upper bound"
_MODEL = "vendor document: model of the mediapackagev2 API, botocore 1.44"
_PACKAGE = "vendor document: quotas of MediaPackage v2"
_LIVE = "vendor document: MediaLive, rules of inputs"
_ESTIMATE = "estimate"

_FLOW = "AWS::MediaConnect::Flow"
_INPUT = "aws:medialive/input:Input"
_GUARD = "aws:medialive/inputSecurityGroup:InputSecurityGroup"
_ROLE = "aws:iam/role:Role"
_POLICY = "aws:iam/rolePolicy:RolePolicy"
_CACHE = "aws:cloudfront/cachePolicy:CachePolicy"
_ORIGIN = "aws:cloudfront/originAccessControl:OriginAccessControl"

_REGIONS = (
    Region("eu-central-1", "Frankfurt", "DE", 5011, 868),
    Region("eu-north-1", "Stockholm", "SE", 5933, 1807),
    Region("eu-west-1", "Dublin", "IE", 5335, -626),
    Region("eu-west-2", "London", "GB", 5151, -13),
    Region("eu-west-3", "Paris", "FR", 4886, 235),
    Region("us-east-1", "Ashburn", "US", 3904, -7749),
    Region("us-east-2", "Columbus", "US", 3996, -8300),
    Region("us-west-2", "Boardman", "US", 4584, -11970),
    Region("ca-central-1", "Montréal", "CA", 4550, -7357),
    Region("sa-east-1", "São Paulo", "BR", -2355, -4663),
    Region("me-central-1", "Dubai", "AE", 2520, 5527),
    Region("ap-south-1", "Mumbai", "IN", 1908, 7288),
    Region("ap-south-2", "Hyderabad", "IN", 1739, 7849),
    Region("ap-southeast-1", "Singapore", "SG", 135, 10382),
    Region("ap-southeast-2", "Sydney", "AU", -3387, 15121),
    Region("ap-southeast-4", "Melbourne", "AU", -3781, 14496),
    Region("ap-southeast-5", "Kuala Lumpur", "MY", 314, 10169),
    Region("ap-northeast-1", "Tokyo", "JP", 3568, 13969),
    Region("ap-northeast-2", "Seoul", "KR", 3757, 12698),
    Region("ap-northeast-3", "Osaka", "JP", 3469, 13550),
)
"""Regions that have MediaLive, MediaPackage v2 and MediaConnect (endpoints of botocore 1.44). Places are the vendor's
cities; where it names a country or a state only, the largest city or the best known site of it."""

FACTS = CloudFacts(
    name="aws",
    roles=("contribution", "encoder", "packager", "drm", "cdn", "archive", "monitor"),
    features=frozenset[str]().union(
        words("contribution", "srt-listener", "srt-caller", "rtmp-listener", "rtmp-caller", "rtp-listener"),
        words("contribution", "rist-listener", "pull", "backup", "allow"),
        words("feed"),
        words("source", "none"),
        words("secret", "store"),
        words("scan"),
        words("codec"),
        words("profile"),
        words("level"),
        words("rate-control", "vbr", "cbr", "qvbr"),
        words("rate"),
        words("gop"),
        words("audio"),
        words("channels", "1", "2", "6"),
        words("loudness"),
        words("audio-role"),
        words("audio-input"),
        words("captions", "cea-608", "cea-708", "teletext", "webvtt"),
        words("markers"),
        words("format"),
        words("container"),
        words("latency"),
        words("start-over"),
        words("grid"),
        words("scheme"),
        words("system", "widevine", "playready", "fairplay"),
        words("licence", "widevine", "playready", "fairplay"),
        words("keys"),
        words("key-source", "speke"),
        words("rotation"),
        words("access"),
        words("domain"),
        words("cors"),
        words("redundancy"),
        words("vod"),
        words("archive"),
        words("slate"),
        words("verb"),
        words("thresholds"),
        words("layers"),
        words("teardown"),
        words("region"),
        words("placement"),
        words("rights"),
    ),
    ignores={
        "preset": "MediaLive has no such setting",
        "policy": "the licence server has it, under the content's id; SPEKE has no field for it",
        "capacity": "MediaLive and MediaPackage size themselves; no machine is chosen",
    },
    refuses={
        "rate-control/hevc-vbr": "MediaLive encodes HEVC at a constant rate or at a quality under a peak (qvbr)",
        "contribution/rist-caller": "MediaConnect listens for RIST and does not call",
        "source": "a stand-in for a venue is sent from a machine of yours, not from here",
        "secret": "MediaConnect reads a passphrase from Secrets Manager, so that it passes through no plan and no "
        "state: put it there and write store:NAME",
        "programme/audio-only": "whether a channel may lack video descriptions is not known; the channel that was "
        "checked has them",
        "channels/8": "the coding modes of MediaLive's AAC, AC-3 and E-AC-3 end at 5.1",
        "captions/dvb-sub": "MediaPackage carries DVB subtitles in transport stream segments only",
        "system/clearkey": "MediaPackage signals ClearKey as AES-128 of whole transport stream segments only",
        "licence/clearkey": "no ClearKey licences are served; a DRM vendor's are",
        "key-source/local": "MediaPackage v2 asks for its keys over SPEKE v2 only",
    },
    leads={
        "site": Lead(30, _ESTIMATE),
        "contribution": Lead(120, f"{_WAITERS} (a flow active)"),
        "encoder": Lead(615, f"{_WAITERS} (a channel created 15 s, running 600 s)"),
        "drm": Lead(30, f"{_ESTIMATE} (a role of IAM, seen everywhere)"),
        "archive": Lead(15, _ESTIMATE),
        "packager": Lead(60, f"{_ESTIMATE} (the API answers at once, after seconds)"),
        "cdn": Lead(300, "vendor document: changes reach all edges of CloudFront reliably within 5 minutes (2020)"),
        "monitor": Lead(30, _ESTIMATE),
    },
    below={"cdn": Lead(2100, f"{_WAITERS} (a distribution deployed)")},
    base_lead_s=60,
    settle_s=300,
    limits={
        "formats": Limit(25, f"{_PACKAGE} (manifests of an endpoint)", quota=True),
        "endpoints": Limit(10, f"{_PACKAGE} (of a channel)", quota=True),
        "window_s": Limit(900, f"{_PACKAGE}; the least: {_MODEL}", least=30, quota=True),
        "start_over_s": Limit(1_209_600, f"{_PACKAGE} (14 days)"),
        "rotation_s": Limit(31_536_000, _MODEL, least=300),
        "segment_ms": Limit(30_000, f"{_MODEL} (in whole seconds)", least=1_000),
        "inputs": Limit(20, f"{_LIVE} (attached to a channel)"),
        "push_inputs": Limit(2, f"{_LIVE} (of a channel)"),
        "allowed_ranges": Limit(1, "vendor document: model of the mediaconnect API, WhitelistCidr of a source"),
        "harvest_s": Limit(86_400, "vendor document: MediaPackage v2, one harvest takes at most 24 hours"),
        "channel_groups": Limit(3, f"{_PACKAGE} (of an account in a region)", quota=True),
        "channels_in_a_group": Limit(10, _PACKAGE, quota=True),
        "harvests_in_a_group": Limit(10, f"{_PACKAGE} (at a time)", quota=True),
        "ingest_requests_s": Limit(200, f"{_PACKAGE} (requests a second of a channel's input)"),
        "egress_requests_s": Limit(500, f"{_PACKAGE} (about; of an endpoint, for segments and for manifests each)"),
        "medialive_channels": Limit(5, f"{_ESTIMATE} (of an account in a region)", quota=True),
        "medialive_push_inputs": Limit(5, f"{_ESTIMATE} (of an account in a region)", quota=True),
        "medialive_pull_inputs": Limit(100, f"{_ESTIMATE} (of an account in a region)", quota=True),
        "input_security_groups": Limit(5, f"{_ESTIMATE} (of an account in a region)", quota=True),
        "distributions": Limit(200, f"{_ESTIMATE} (of an account)", quota=True),
    },
    regions={region.name: region for region in _REGIONS},
    default_region="eu-central-1",
    creates=(
        *(
            Creates("contribution", _FLOW, ("inputs", "paths"), f"contribution/{way}")
            for way in ("srt-listener", "srt-caller", "rtp-listener", "rist-listener")
        ),
        Creates("contribution", _GUARD, when="contribution/rtmp-listener"),
        Creates("encoder", _ROLE),
        Creates("encoder", _POLICY),
        Creates("encoder", _INPUT, ("inputs",)),
        Creates("encoder", "aws:medialive/channel:Channel"),
        Creates("packager", "AWS::MediaPackageV2::Channel"),
        Creates("packager", "AWS::MediaPackageV2::ChannelPolicy"),
        Creates("packager", "AWS::MediaPackageV2::OriginEndpoint", ("endpoints",)),
        Creates("packager", "AWS::MediaPackageV2::OriginEndpointPolicy", ("endpoints",)),
        Creates("drm", _ROLE, when="key-source/speke"),
        Creates("drm", _POLICY, when="key-source/speke"),
        Creates("cdn", "aws:cloudfront/keyvaluestoreKey:KeyvaluestoreKey"),
        Creates("archive", "AWS::MediaPackage::Asset", when="vod/repackage"),
        Creates("monitor", "aws:cloudwatch/metricAlarm:MetricAlarm", ("alarms",), "thresholds/any"),
        Creates("monitor", "aws:cloudwatch/dashboard:Dashboard"),
        Creates("monitor", "aws:cloudwatch/eventRule:EventRule"),
        Creates("packager", "aws:mediapackagev2/channelGroup:ChannelGroup", layer="series"),
        Creates("cdn", "aws:cloudfront/distribution:Distribution", layer="foundation"),
        Creates("cdn", _ORIGIN, layer="foundation"),  # of MediaPackage
        Creates("cdn", _ORIGIN, layer="foundation"),  # of the archive
        Creates("cdn", _CACHE, layer="foundation"),  # for manifests
        Creates("cdn", _CACHE, layer="foundation"),  # for segments
        Creates("cdn", "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy", layer="foundation"),
        Creates("cdn", "aws:cloudfront/keyValueStore:KeyValueStore", layer="foundation"),
        Creates("cdn", "aws:cloudfront/function:Function", layer="foundation"),
        Creates("cdn", "aws:cloudfront/publicKey:PublicKey", when="access/signed", layer="foundation"),
        Creates("cdn", "aws:cloudfront/keyGroup:KeyGroup", when="access/signed", layer="foundation"),
        Creates("cdn", "aws:acm/certificate:Certificate", when="domain/own", layer="foundation"),
        Creates("cdn", "aws:route53/record:Record", when="domain/own", layer="foundation"),
        Creates("archive", "aws:s3/bucket:Bucket", layer="foundation"),
        Creates(
            "archive",
            "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
            when="archive/keep",
            layer="foundation",
        ),
        Creates("archive", "AWS::MediaPackage::PackagingGroup", when="vod/repackage", layer="foundation"),
        Creates(
            "archive", "AWS::MediaPackage::PackagingConfiguration", ("formats",), "vod/repackage", layer="foundation"
        ),
        Creates("monitor", "aws:sns/topic:Topic", layer="foundation"),
    ),
    billing=(
        Billing("MediaLive", "by the minute, ten minutes at least", "vendor document: MediaLive pricing"),
        Billing(
            "MediaLive",
            "a channel that is idle and a push input that is idle are charged; an idle pull input is not",
            "vendor document: MediaLive pricing",
        ),
        Billing(
            "MediaLive", "a running channel is charged without a source as well", "vendor document: MediaLive pricing"
        ),
        Billing("MediaLive", "two pipelines cost about 1.67 times one", "secondary: a price list of 2026-09-18"),
        Billing(
            "MediaPackage",
            "by the gigabyte that comes in and that goes out; each redundant stream comes in for itself",
            "secondary: a price list of 2026-09-18",
        ),
        Billing(
            "MediaConnect", "by the hour of a flow and of its input and output", "secondary: a price list of 2026-09-18"
        ),
        Billing(
            "CloudFront", "by the gigabyte and by ten thousand requests", "vendor document: AWS Solutions, cost pages"
        ),
    ),
    retired=(
        Retired(
            "MediaStore",
            "2025-11-13",
            "MediaPackage v2, or S3 behind CloudFront",
            "vendor document: end of support of AWS Elemental MediaStore",
        ),
    ),
)
