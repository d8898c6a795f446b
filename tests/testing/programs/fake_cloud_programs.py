"""Programs that the worker runs in the tests, on types of three vendors."""

import pulumi

from eventstack.planning.parts import Build
from eventstack.testing.thing import Thing

BUCKET, INPUT, ZONE = "aws:s3/bucketV2:BucketV2", "gcp:storage/bucket:Bucket", "azure-native:cdn:Profile"


def chain(build: Build) -> None:
    """`films` stands alone with a secret, `feed` needs it, `edge` needs the feed: each at another vendor."""
    films = Thing("films", {"key": pulumi.Output.secret("planted-key-4711")}, of_type=BUCKET, tags=build.tags)
    feed = Thing("feed", {"films": films.arn}, of_type=INPUT, tags=build.tags)
    Thing("edge", {"feed": feed.arn}, of_type=ZONE, tags=build.tags)
    pulumi.export("feed", feed.arn)
