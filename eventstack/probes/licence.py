"""Are keys to be had, and only those that exist? A ClearKey request for every key id that the playlists name."""

import secrets

from eventstack.errors import Unplayable
from eventstack.playback.client import Client
from eventstack.playback.licence import obtain, refuses
from eventstack.playback.presentation import read_presentation
from eventstack.probes.hop import HopProbe, World
from eventstack.probes.probe import ProbeResult, Targets

HOP = "licence"


async def inspect(targets: Targets, world: World) -> ProbeResult:
    """Broken when a key id of the playlists gets no key, or a key id that nobody has gets one.

    Licences are reached through the edge: without its playlists there is nothing to ask for.
    """
    if targets.licence is None:
        return ProbeResult(HOP, ok=True, detail="clear event", measured={"kids": 0})
    try:
        presentation = await read_presentation(world.client(targets), targets.hls)
    except Unplayable as error:
        return ProbeResult(HOP, ok=False, detail=f"could not be asked for: {error}", measured={"behind": "edge"})
    clear = [name for name, listed in presentation.lists.items() if not listed.encrypted]
    if clear:
        raise Unplayable(f"playlists without a key: {', '.join(clear)}")
    if not presentation.kids:
        raise Unplayable("the playlists name no key id")
    client = Client(world.session)
    keys = await obtain(client, targets.licence, presentation.kids)
    missing = [kid for kid in presentation.kids if kid not in keys]
    if missing:
        raise Unplayable(f"no key for {len(missing)} of {len(presentation.kids)} key ids")
    if not await refuses(client, targets.licence, secrets.token_hex(16)):
        raise Unplayable("a key was given for a key id that nobody has")
    return ProbeResult(
        HOP, ok=True, detail=f"{len(keys)} keys licensed, an unknown one refused", measured={"kids": len(keys)}
    )


PROBE = HopProbe(HOP, inspect)
