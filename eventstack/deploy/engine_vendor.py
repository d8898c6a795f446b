"""Run as a script in a process of its own, `python -P engine_vendor.py ROOT VERSION`: the SDK's installer, once.

The installer has no time-out and starts a shell script with children; here it can be ended as one session. The reason
of a failure is the last line of the output.
"""

import subprocess
import sys

from pulumi.automation import PulumiCommand
from semver import VersionInfo


def main(root: str, version: str) -> int:
    """Install release `version` under `root`/bin; returns the exit code."""
    try:
        PulumiCommand.install(root=root, version=VersionInfo.parse(version))
    except OSError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except subprocess.CalledProcessError as error:
        sys.stderr.write(f"{error.output.decode(errors='replace').strip()}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
