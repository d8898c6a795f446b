"""What the plugin does for each type of resource: blocking, safe to repeat, without a word of the engine's protocol."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from eventstack.errors import ConfigError, Fault, Retryable
from eventstack.node import config
from eventstack.planning import naming
from eventstack.planning.parts import SecretRef
from eventstack.plugin.machines import Machine, Machines
from eventstack.plugin.schema import NODE, PART, RESOURCES
from eventstack.plugin.servicer import UNKNOWN, Handler, Properties, UnreadyError

_PART_NAME = re.compile(naming.ID.pattern)


def handlers(machines: Machines) -> dict[str, Handler]:
    """The handler of every type."""
    return {NODE: Nodes(machines), PART: Parts(machines)}


class Nodes:
    """Machines."""

    def __init__(self, machines: Machines) -> None:
        self._machines = machines

    def check(self, news: Properties) -> Mapping[str, str]:
        """The tags make the machine's name, so all must be there and well formed."""
        return _absent(NODE, news) or _tag_faults(news["tags"])

    def diff(self, olds: Properties, news: Properties) -> tuple[frozenset[str], frozenset[str]]:
        """Other tags are another machine."""
        changed = _changed(olds, news, ("tags",))
        return changed, changed

    def create(self, inputs: Properties) -> tuple[str, Properties]:
        """Launch it; one that runs already with these tags is taken over."""
        try:
            machine = self._machines.launch(inputs["tags"])
        except Retryable as failure:
            directory = self._machines.directory(inputs["tags"])
            raise UnreadyError(directory.name, {"directory": str(directory)}, str(failure)) from failure
        return machine.directory.name, _outputs(machine)

    def read(self, identity: str, state: Properties) -> Properties | None:
        """Gone is what has no directory any more; one whose supervisor died is revived."""
        machine = self._machines.find(self._machines.named(identity))
        if machine is None:
            return None
        return _outputs(machine) if "tags" in state else {**_outputs(machine), "tags": self._machines.tags(machine)}

    def update(self, inputs: Properties) -> Properties:
        """Nothing of a machine changes but its state of health."""
        return _outputs(self._machines.launch(inputs["tags"]))

    def delete(self, state: Properties) -> None:
        """End everything of it."""
        self._machines.shutdown(Path(state["directory"]))


class Parts:
    """Parts of machines."""

    def __init__(self, machines: Machines) -> None:
        self._machines = machines

    def check(self, news: Properties) -> Mapping[str, str]:
        """The configuration must be one that a machine understands, the name one that it can file."""
        faults = dict(_absent(PART, news) or _tag_faults(news["tags"]))
        if not faults:
            if news["part"] != UNKNOWN and not _PART_NAME.fullmatch(str(news["part"])):
                faults["part"] = f"{news['part']!r} is not a name: letters a-z, digits and inner hyphens"
            if news["config"] != UNKNOWN:
                faults.update(_config_faults(news["config"]))
        return faults

    def diff(self, olds: Properties, news: Properties) -> tuple[frozenset[str], frozenset[str]]:
        """A new name or other tags are another part; everything else is an update in place."""
        changed = _changed(olds, news, tuple(RESOURCES[PART]["inputProperties"]))
        return changed, changed & {"part", "tags"}

    def create(self, inputs: Properties) -> tuple[str, Properties]:
        """Put it on its machine."""
        identity = f"{Path(inputs['token_file']).parent.name}/{inputs['part']}"
        try:
            return identity, self.update(inputs)
        except Retryable as failure:
            raise UnreadyError(identity, {}, str(failure)) from failure

    def read(self, identity: str, state: Properties) -> Properties | None:
        """Gone is what its machine, or its machine's absence, says is gone; silence of a machine is an error."""
        name, _, part = identity.partition("/")
        machine = self._machines.find(self._machines.named(name))
        if machine is None:
            return None
        known = self._machines.control(machine.address, machine.token_file).get(part)
        if known is None:
            return None
        if "config" in state:
            return {"outputs": known.outputs}
        place = {"address": machine.address, "token_file": str(machine.token_file)}
        return {**place, "part": part, "config": known.config, "tags": dict(known.tags), "outputs": known.outputs}

    def update(self, inputs: Properties) -> Properties:
        """Put it on its machine again; secrets that live outside it go along, and nowhere else."""
        document = config.decode(inputs["config"])
        control = self._machines.control(inputs["address"], Path(inputs["token_file"]))
        outputs = control.put(
            inputs["part"], msgspec.json.decode(inputs["config"]), inputs["tags"], _secrets(document, os.environ)
        )
        return {"outputs": outputs}

    def delete(self, state: Properties) -> None:
        """Take it off its machine; with the machine gone it is gone too."""
        machine = self._machines.find(Path(state["token_file"]).parent)
        if machine:
            self._machines.control(machine.address, machine.token_file).delete(state["part"])


def _outputs(machine: Machine) -> Properties:
    return {
        "address": machine.address,
        "token_file": str(machine.token_file),
        "directory": str(machine.directory),
    }


def _absent(token: str, news: Properties) -> dict[str, str]:
    wanted = RESOURCES[token]["requiredInputs"]
    return {name: "missing" for name in wanted if news.get(name) in (None, "")}


def _tag_faults(tags: Any) -> dict[str, str]:
    if tags == UNKNOWN or (isinstance(tags, dict) and UNKNOWN in tags.values()):
        return {}
    try:
        naming.parse_tag_text(naming.tag_text(tags))
    except KeyError as missing:
        return {"tags": f"lacks {missing.args[0]}"}
    except (TypeError, ValueError) as wrong:
        return {"tags": str(wrong)}
    return {}


def _config_faults(text: Any) -> dict[str, str]:
    try:
        config.decode(str(text))
    except msgspec.DecodeError as wrong:
        return {"config": f"not a part's configuration: {wrong}"}
    return {}


def _changed(olds: Properties, news: Properties, names: tuple[str, ...]) -> frozenset[str]:
    """Inputs that differ; one that is not known yet counts as different."""
    return frozenset(name for name in names if olds.get(name) != news.get(name))


def _secrets(document: config.PartConfig, environ: Mapping[str, str]) -> dict[str, str]:
    """The values of the references in a configuration, by field; what is generated on the machine stays there."""
    references = {name: getattr(document, name) for name in document.__struct_fields__}
    return {
        name: _secret(name, reference, environ)
        for name, reference in references.items()
        if isinstance(reference, SecretRef) and reference.source != "generated"
    }


def _secret(field: str, reference: SecretRef, environ: Mapping[str, str]) -> str:
    if reference.source == "env":
        if value := environ.get(reference.name):
            return value
        raise ConfigError(
            Fault(f"the variable {reference.name} is not set", field=field, hint="set it for this operation")
        )
    try:
        return Path(reference.name).expanduser().read_text(encoding="utf-8").strip()
    except OSError as wrong:
        raise ConfigError(Fault(f"can't read {reference.name}: {wrong.strerror}", field=field)) from wrong
