"""A small client of a node's control endpoint: blocking, with the errors of this package.

It speaks to the loopback directly, whatever proxy a person's environment names.
"""

import http.client
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from eventstack.errors import Final, Retryable, StoreError
from eventstack.node import record
from eventstack.node.secrets_file import read_secret

NOT_NOW = 412
"""The status that answers a verb which the node's state forbids."""

_QUICK_S = 10.0
_PATIENT_S = 90.0


class Declined(Final):
    """The node says that the request is wrong (4xx); `status` is its HTTP status."""

    def __init__(self, status: int, message: str) -> None:
        self.status = status
        super().__init__(message)


class Faltered(Retryable):
    """The node could not do it this time (5xx); `status` is its HTTP status."""

    def __init__(self, status: int, message: str) -> None:
        self.status = status
        super().__init__(message, after_s=2.0)


class Silent(Retryable):
    """Nobody answers at the node's `address`."""

    def __init__(self, address: str, why: str) -> None:
        self.address = address
        super().__init__(f"the node at {address} does not answer: {why}", after_s=1.0)


class NodeClient:
    """Speaks to the node at `address` (`http://host:port`, or the address of one of its parts).

    Every method raises Silent, a Retryable, when the node can't be reached, Faltered for its 5xx and Declined for its
    4xx.
    """

    def __init__(self, address: str, token: str) -> None:
        self.address = address.rstrip("/")
        self._token = token

    @classmethod
    def of(cls, directory: Path) -> "NodeClient":
        """The client of the node in that directory; Retryable when it was never reachable there."""
        try:
            node = record.read_node(directory)
            token = read_secret(directory / "token")
        except (StoreError, OSError) as fault:
            raise Retryable(f"the node {directory.name} is not there: {fault}", after_s=1.0) from fault
        if not node.port:
            raise Retryable(f"the node {directory.name} has no port yet", after_s=1.0)
        return cls(node.address, token)

    def health(self, timeout_s: float = _QUICK_S) -> dict[str, Any]:
        """The node and what is known of every part."""
        return self.request("GET", "/v1/health", timeout_s=timeout_s)

    def put_part(
        self, name: str, config: dict[str, Any], tags: dict[str, str], secrets: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """Create or update a part (`config` with its `type`, `secrets` by the field that names them); its outputs."""
        body = {"config": config, "tags": tags, "secrets": secrets or {}}
        answer = self.request("PUT", f"/v1/parts/{quote(name)}", body)
        outputs: dict[str, Any] = answer["outputs"]
        return outputs

    def part(self, name: str) -> dict[str, Any] | None:
        """Kind, config, outputs, tags and state of a part; None when there is none of that name."""
        try:
            return self.request("GET", f"/v1/parts/{quote(name)}", timeout_s=_QUICK_S)
        except Declined as fault:
            if fault.status == http.HTTPStatus.NOT_FOUND:
                return None
            raise

    def delete_part(self, name: str) -> None:
        """End and remove a part; nothing happens when there is none."""
        self.request("DELETE", f"/v1/parts/{quote(name)}")

    def part_verb(self, name: str, verb: str, **arguments: Any) -> dict[str, Any]:
        """Have a part act; its answer."""
        return self.request("POST", f"/v1/parts/{quote(name)}/verbs/{quote(verb)}", arguments)

    def verb(self, verb: str, **arguments: Any) -> dict[str, Any]:
        """Have the node act (start, stop, slate, publish, unpublish)."""
        return self.request("POST", f"/v1/verbs/{quote(verb)}", arguments)

    def end(self) -> None:
        """End all parts and the supervisor."""
        self.request("DELETE", "/v1/node")

    def request(
        self, method: str, path: str, body: dict[str, Any] | None = None, *, timeout_s: float = _PATIENT_S
    ) -> dict[str, Any]:
        """One exchange; the answer's JSON object, {} when it has none."""
        try:
            target = urlsplit(self.address + path)
            connection = http.client.HTTPConnection(target.hostname or "", target.port, timeout=timeout_s)
        except ValueError as fault:
            raise Final(f"{self.address} is not the address of a node: {fault}") from fault
        payload = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        try:
            connection.request(method, target.path, payload, headers)
            response = connection.getresponse()
            status, text = response.status, response.read()
        except (OSError, http.client.HTTPException) as fault:
            raise Silent(self.address, str(fault)) from fault
        except ValueError:
            # the library's words would show the credential
            raise Final(f"the credential for the node at {self.address} can't be sent: it is damaged") from None
        finally:
            connection.close()
        return _understood(self.address, status, text)


def _understood(address: str, status: int, text: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(text) if text else {}
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise Final(f"what answers at {address} is no node of ours (status {status})")
    if status >= http.HTTPStatus.INTERNAL_SERVER_ERROR:
        raise Faltered(status, str(answer.get("error", f"status {status}")))
    if status >= http.HTTPStatus.BAD_REQUEST:
        raise Declined(status, str(answer.get("error", f"status {status}")))
    return answer
