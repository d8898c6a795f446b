"""Makes our plugin wait after one call's side effect and before its reply, where the kill matrix says so."""

import os
import sys
import time
from pathlib import Path

if "eventstack.plugin.server" in sys.orig_argv and os.environ.get("KILL_GATE"):
    from eventstack.plugin.machines import NodeControl

    GATE, PART, STEP = Path(os.environ["KILL_GATE"]), os.environ["KILL_PART"], os.environ["KILL_STEP"]
    put, delete = NodeControl.put, NodeControl.delete

    def wait(part, step):
        if part != PART or step != STEP or (GATE / "reached").exists():
            return
        (GATE / "reached").touch()
        deadline = time.monotonic() + 60
        while not (GATE / "open").exists() and time.monotonic() < deadline:
            time.sleep(0.02)

    def gated_put(self, part, *rest):
        outputs = put(self, part, *rest)
        wait(part, "put")
        return outputs

    def gated_delete(self, part):
        delete(self, part)
        wait(part, "delete")

    NodeControl.put, NodeControl.delete = gated_put, gated_delete
