"""The package schema that the plugin answers with: what other languages, and YAML programs, may write."""

import json
from typing import Any

NODE = "eventstack:index:Node"
PART = "eventstack:index:Part"

_TAGS: dict[str, Any] = {
    "type": "object",
    "additionalProperties": {"type": "string"},
    "description": "The six tags by which the thing is found again, constant for its whole life.",
    "replaceOnChanges": True,
}


def _text(description: str, **more: Any) -> dict[str, Any]:
    return {"type": "string", "description": description, **more}


_PART_INPUTS: dict[str, Any] = {
    "part": _text("What the part is called on its machine.", replaceOnChanges=True),
    "address": _text("The machine's control endpoint."),
    "token_file": _text("Path of the private file whose token opens it."),
    "config": _text("The part's configuration as one JSON text."),
    "tags": _TAGS,
}

RESOURCES: dict[str, Any] = {
    NODE: {
        "description": "A machine: a supervisor with a directory of its own.",
        "inputProperties": {"tags": _TAGS},
        "requiredInputs": ["tags"],
        "properties": {
            "tags": _TAGS,
            "address": _text("The control endpoint."),
            "token_file": _text("Path of the private file whose token opens it."),
            "directory": _text("Where everything of the machine is."),
        },
        "required": ["tags", "address", "token_file", "directory"],
    },
    PART: {
        "description": "One part of a machine: a process, or an entry in another part.",
        "inputProperties": _PART_INPUTS,
        "requiredInputs": list(_PART_INPUTS),
        "properties": {
            **_PART_INPUTS,
            "outputs": {
                "type": "object",
                "additionalProperties": {"$ref": "pulumi.json#/Any"},
                "description": "What the part's kind promises.",
            },
        },
        "required": [*_PART_INPUTS, "outputs"],
    },
}
"""By type token."""


def document(version: str) -> str:
    """The whole schema as JSON, for one version of the plugin."""
    return json.dumps(
        {
            "name": "eventstack",
            "version": version,
            "description": "Machines of a live-broadcast chain and the parts that run on them",
            "resources": RESOURCES,
        },
        sort_keys=True,
    )
