"""Programs that go wrong, or make what is hard to remove; how they feel today is in `PROGRAM_MOOD`."""

import os
import subprocess
import sys
import threading

import pulumi

from eventstack.planning.parts import Build
from eventstack.testing.thing import Thing
from tests.deploy.programs.engine_programs import tags


def moody(build: Build) -> None:
    """`feed` and `archive`, then the mood of the day; in a preview it is well."""
    feed = Thing("feed", {"tags": tags(build, "feed")})
    mood = "" if pulumi.runtime.is_dry_run() else os.environ.get("PROGRAM_MOOD", "")
    if mood == "hang":
        threading.Event().wait()
    if mood == "exit":
        feed.arn.apply(lambda _: os._exit(3))
    if mood == "raise":
        feed.arn.apply(lambda arn: {}[arn])
    if mood == "leave":
        secret = os.environ["PROGRAM_SECRET"]
        child = f"import time; print({secret!r}, flush=True); time.sleep(600)"
        subprocess.Popen([sys.executable, "-c", child], process_group=0)
    if mood == "more":
        Thing("surplus", {"tags": tags(build, "surplus")})
    Thing("archive", {"tags": tags(build, "archive"), "size": os.environ.get("PROGRAM_SIZE", "small")})
    pulumi.export("ingest", feed.arn)


def kept(build: Build) -> None:
    """`films` is retained when its stack goes, `vault` is protected, `feed` is neither."""
    Thing("feed", {"tags": tags(build, "feed")})
    Thing("films", {"tags": tags(build, "films")}, pulumi.ResourceOptions(retain_on_delete=True))
    if os.environ.get("PROGRAM_MOOD") == "protect":
        Thing("vault", {"tags": tags(build, "vault")}, pulumi.ResourceOptions(protect=True))


def guarded(build: Build) -> None:
    """As `three`, under a transform, with the tags that it wants."""
    from eventstack.components import refuse_untagged

    refuse_untagged()
    feed = Thing("feed", tags=build.tags)
    Thing("archive", tags=build.tags)
    Thing("encoder", {"feed": feed.arn}, tags=build.tags)
    pulumi.export("ingest", feed.arn)


def hidden(build: Build) -> None:
    """`page` is to go with `site`, and no transform refuses that."""
    site = Thing("site", tags=build.tags)
    Thing("page", {}, pulumi.ResourceOptions(deleted_with=site), tags=build.tags)


def hidden_and_guarded(build: Build) -> None:
    """As `hidden`, under the transform of our own programs."""
    from eventstack.components import refuse_untagged

    refuse_untagged()
    hidden(build)
