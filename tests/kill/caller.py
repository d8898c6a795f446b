"""The caller of one operation, in a process of its own that a test may kill: `caller.py FOLDER OPERATION`."""

import sys
from pathlib import Path

from tests.kill.ground import Ground


def main() -> None:
    ground = Ground.read(Path(sys.argv[1]))
    deployer, plan = ground.deployer(patience_s=0.0, gated=True), ground.plan()
    if sys.argv[2] == "destroy":
        deployer.destroy(plan, reason="the end")
    elif sys.argv[2] == "preview":
        deployer.preview(plan)
        (ground.folder / "gate" / "reached").touch()
        sys.stdin.read()
    else:
        deployer.up(plan, build_hash=plan.build_hash)


if __name__ == "__main__":
    main()
