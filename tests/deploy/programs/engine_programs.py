"""Programs that the worker runs in the tests, on the fake cloud."""

import os
import sys
from pathlib import Path

import pulumi

from eventstack.planning.naming import role_tags
from eventstack.planning.parts import Build
from eventstack.testing.thing import Thing

SECRET_OUTPUT = "planted-output-4711"


def tags(build: Build, name: str) -> dict[str, str]:
    """The tags of a thing of the fake cloud, with the hash of its URN."""
    return role_tags(build.tags, name, f"urn:pulumi:{build.stack}::{build.project}::fakecloud:index:Thing::{name}")


def three(build: Build) -> None:
    """`feed` and `archive` stand alone, `encoder` needs `feed`; one output is a secret."""
    feed = Thing("feed", {"path": build.cdn.path if build.cdn else "", "tags": tags(build, "feed")})
    Thing("archive", {"tags": tags(build, "archive")})
    encoder = Thing("encoder", {"feed": feed.arn, "tags": tags(build, "encoder")})
    pulumi.export("ingest", feed.arn)
    pulumi.export("encoder", encoder.arn)
    pulumi.export("port", 9000)
    pulumi.export("credential", pulumi.Output.secret(SECRET_OUTPUT))


def swayed(build: Build) -> None:
    """Reads a thing that no plan names, and so may differ between preview and run."""
    Thing("feed", {"place": os.environ.get("PROGRAM_PLACE", "here")})


def raising(build: Build) -> None:
    """A fault in a program."""
    Thing("feed")
    raise ValueError(f"no such rung for {build.occurrence}")


def revealed(build: Build) -> str:
    """The secret that the plan refers to."""
    reference = build.contribution.passphrase
    return os.environ[reference.name] if reference.source == "env" else Path(reference.name).read_text().strip()


def talkative(build: Build) -> None:
    """Says its secret wherever a program can say anything, and gives it to a resource."""
    secret = revealed(build)
    print("half a line", end=" ")
    print("the key is", secret)
    print(secret, file=sys.stderr)
    pulumi.log.warn(f"the key is {secret}")
    feed = Thing("feed", {"key": pulumi.Output.secret(secret)})
    pulumi.export("ingest", feed.arn)
    pulumi.export("credential", pulumi.Output.secret(SECRET_OUTPUT))


def indiscreet(build: Build) -> None:
    """Fails over its secret."""
    raise ValueError(f"no such key: {revealed(build)}")
