"""Ask for content keys as a player does: a ClearKey licence (W3C Encrypted Media Extensions, section 9.1.4)."""

import json
from collections.abc import Iterable
from typing import Any

from eventstack.errors import Unplayable
from eventstack.media import clearkey
from eventstack.playback.client import Answer, Client


async def obtain(client: Client, url: str, kids: Iterable[str]) -> dict[str, str]:
    """The keys given for `kids` (both 32 hex digits); those not given are missing from the answer.

    Raises Unplayable when the service does not answer, refuses, or answers something else.
    """
    answer = await client.ask(url, method="POST", document=_question(kids))
    if answer.status != 200:
        raise Unplayable(f"{url}: licence refused with HTTP {answer.status}")
    return _given(answer)


async def refuses(client: Client, url: str, kid: str) -> bool:
    """Whether the service answers that it has no key for `kid`; raises Unplayable when it gives no such answer.

    A refusal is a status from 400 to 499, or a licence without a key. A broken service refuses nothing.
    """
    answer = await client.ask(url, method="POST", document=_question([kid]))
    if 400 <= answer.status < 500:
        return True
    if answer.status != 200:
        raise Unplayable(f"{url}: HTTP {answer.status} where a refusal was due")
    return not _given(answer)


def _question(kids: Iterable[str]) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(clearkey.request(tuple(kids)))
    return document


def _given(answer: Answer) -> dict[str, str]:
    try:
        return {kid: key.hex() for kid, key in clearkey.parse_licence(answer.body).items()}
    except ValueError as cause:
        raise Unplayable(f"{answer.url}: {cause}") from cause
