"""Take the newest cell of one rendition off the edge and open it as a player would: with a licensed key."""

from dataclasses import dataclass

from eventstack.errors import Unplayable
from eventstack.playback.client import Client
from eventstack.playback.licence import obtain
from eventstack.playback.lists import read_list, read_master
from eventstack.playback.pieces import read_init
from eventstack.probes.hop import World
from eventstack.probes.probe import Targets


@dataclass(frozen=True)
class Taken:
    """One cell ready to decode: init and segment joined, and its content key (32 hex digits; None for a clear one)."""

    rendition: str
    number: int
    media: bytes
    key: str | None


async def take(targets: Targets, world: World, kind: str, number: int | None = None) -> Taken:
    """The newest cell of the smallest rendition of `kind`, or that of one `number`.

    Raises Unplayable where a player would stop.
    """
    client = world.client(targets)
    master = read_master((await client.fetch(targets.hls)).decode(errors="replace"), targets.hls)
    rendition = next((rendition for rendition in master if rendition.kind == kind), None)
    if rendition is None:
        raise Unplayable(f"the master names no {kind}")
    listed = read_list((await client.fetch(rendition.url)).decode(errors="replace"), rendition.url)
    cell = listed.newest if number is None else listed.cell(number)
    if cell is None:
        raise Unplayable(f"{rendition.name}: no segment {'yet' if number is None else number}")
    init = await client.fetch(cell.init_url)
    kid = read_init(init, cell.init_url).kid
    key = await _key(targets, world, kid) if kid else None
    return Taken(rendition.name, cell.number, init + await client.fetch(cell.url), key)


async def _key(targets: Targets, world: World, kid: str) -> str:
    if targets.licence is None:
        raise Unplayable("an encrypted cell in a clear event")
    keys = await obtain(Client(world.session), targets.licence, [kid])
    if kid not in keys:
        raise Unplayable("no key for the key id of the init segment")
    return keys[kid]
