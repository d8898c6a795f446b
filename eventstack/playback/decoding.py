"""Decrypt and decode one piece of fragmented MP4 with ffmpeg, far from any player's buffer.

The key travels in an ffconcat file in memory: never in an argument, which everybody on a machine can read, and never on
a disk, where the death of a player would leave it.
"""

import asyncio
import contextlib
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from eventstack.errors import Unplayable
from eventstack.node import binaries

PICTURE = (64, 36)
"""Width and height of decoded pictures in pixels: enough to tell black, frozen and slate, cheap to compare."""

PCM_RATE = 48_000
"""Samples per second of decoded sound (mono, 16 bits)."""

PATIENCE_S = 4.0
"""Longest time for decoding one cell; it takes 0.03 s on one core."""


@dataclass(frozen=True)
class Decoded:
    """What came out: raw `data`, and the decoder's complaints. `clean` is what a good cell with the right key gives."""

    data: bytes
    errors: tuple[str, ...]
    code: int

    @property
    def clean(self) -> bool:
        """Something was decoded and nothing was wrong with it."""
        return self.code == 0 and not self.errors and bool(self.data)

    @property
    def complaint(self) -> str:
        """The first thing wrong, for a human."""
        return (
            self.errors[0] if self.errors else "nothing decoded" if not self.data else f"decoder ended with {self.code}"
        )


async def pictures(media: bytes, key: str | None = None) -> tuple[Decoded, tuple[bytes, ...]]:
    """Every frame as RGB of `PICTURE` size, 8 bits a component, row by row. `media` is an init and its segments."""
    width, height = PICTURE
    decoded = await _decode(
        media,
        key,
        [
            "-an",
            "-fps_mode",
            "passthrough",
            "-vf",
            f"scale={width}:{height}:flags=area",
            "-pix_fmt",
            "rgb24",
            "-f",
            "rawvideo",
        ],
    )
    size = width * height * 3
    return decoded, tuple(decoded.data[at : at + size] for at in range(0, len(decoded.data) - size + 1, size))


async def sound(media: bytes, key: str | None = None) -> Decoded:
    """Mono samples, signed 16 bit little-endian, `PCM_RATE` a second. `media` is an init and its segments."""
    return await _decode(media, key, ["-vn", "-ac", "1", "-ar", str(PCM_RATE), "-f", "s16le"])


async def _decode(media: bytes, key: str | None, output: Sequence[str]) -> Decoded:
    if key is not None and not re.fullmatch(r"[0-9a-fA-F]{32}", key):
        raise Unplayable("a content key is 32 hex digits")
    strict = ["-nostdin", "-hide_banner", "-v", "error", "-xerror", "-err_detect", "explode", "-threads", "1"]
    with _in_memory("media", media) as picture:
        option = f"option decryption_key {key}\n" if key else ""
        text = f"ffconcat version 1.0\nfile /proc/self/fd/{picture}\n{option}"
        with _in_memory("list", text.encode()) as listing:
            source = ["-f", "concat", "-safe", "0", "-i", f"/proc/self/fd/{listing}"]
            process = await asyncio.create_subprocess_exec(
                str(binaries.ffmpeg()), *strict, *source, *output, "pipe:1", pass_fds=(picture, listing),
                stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            )  # fmt: skip
    try:
        data, complaints = await asyncio.wait_for(process.communicate(), PATIENCE_S)
    except TimeoutError as cause:
        raise Unplayable(f"decoding took longer than {PATIENCE_S} s") from cause
    finally:
        await _end(process)
    return Decoded(data, _lines(complaints, key), process.returncode or 0)


@contextlib.contextmanager
def _in_memory(name: str, data: bytes) -> Iterator[int]:
    """The descriptor of a file that has no place on any disk, and is gone with whoever holds it."""
    descriptor = os.memfd_create(name)
    try:
        with open(descriptor, "wb", closefd=False) as file:
            file.write(data)
        yield descriptor
    finally:
        os.close(descriptor)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _lines(complaints: bytes, key: str | None) -> tuple[str, ...]:
    """What the decoder said without addresses of its memory, and without the key: ffmpeg quotes options it refuses."""
    text = re.sub(r" @ 0x[0-9a-f]+", "", complaints.decode(errors="replace"))
    return tuple(line.replace(key, "…") if key else line for line in text.splitlines() if line.strip())
