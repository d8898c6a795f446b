"""Another program of somebody's, by the plain Automation API: `up` of a project's own file, inline.

Arguments: the project's program file, the stack, the file for the result, and `new` to make the stack first. The work
directory is where it is started, the engine and its backend come by the environment.
"""

import json
import os
import sys
from pathlib import Path

from pulumi import automation

from eventstack import program

file, stack, result, *new = sys.argv[1:]
workspace = automation.LocalWorkspace(work_dir=os.getcwd(), program=program.from_file(Path(file)))  # noqa: PTH109
one = automation.Stack.create_or_select(stack, workspace) if new else automation.Stack.select(stack, workspace)
if new:
    one.set_config("plan", automation.ConfigValue(Path(new[0]).read_text()))
done = one.up(show_secrets=False)
deployment = one.export_stack().deployment or {}
urns = sorted(resource["urn"] for resource in deployment["resources"])
Path(result).write_text(json.dumps({"changes": done.summary.resource_changes, "urns": urns}))
