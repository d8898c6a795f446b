"""A whole HLS presentation at one moment: its master and every media playlist that it names."""

from collections.abc import Mapping
from dataclasses import dataclass

from eventstack.errors import Unplayable
from eventstack.playback.client import Client, at_once
from eventstack.playback.lists import MediaList, Rendition, read_list, read_master


@dataclass(frozen=True)
class Presentation:
    """Renditions (video first, smallest first) and their lists by rendition name."""

    renditions: tuple[Rendition, ...]
    lists: Mapping[str, MediaList]

    @property
    def kids(self) -> tuple[str, ...]:
        """Every key id that the playlists name, once each."""
        return tuple(dict.fromkeys(kid for listed in self.lists.values() for kid in listed.kids))

    def of_kind(self, kind: str) -> tuple[Rendition, ...]:
        """The renditions that carry `kind` ("video" or "audio")."""
        return tuple(rendition for rendition in self.renditions if rendition.kind == kind)


async def read_presentation(client: Client, master_url: str) -> Presentation:
    """Fetch and read it all; raises Unplayable at the first thing that a player could not pass."""
    renditions = read_master((await client.fetch(master_url)).decode(errors="replace"), master_url)
    names = [rendition.name for rendition in renditions]
    if len(set(names)) != len(names):
        raise Unplayable(f"{master_url}: two renditions share the name {max(names, key=names.count)}")
    bodies = await at_once(client.fetch(rendition.url) for rendition in renditions)
    lists = {
        rendition.name: read_list(body.decode(errors="replace"), rendition.url)
        for rendition, body in zip(renditions, bodies, strict=True)
    }
    return Presentation(renditions, lists)
