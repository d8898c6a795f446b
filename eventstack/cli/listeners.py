"""Output that somebody may stop reading: the work behind it goes on, and ends as it should."""

import io
import os
from typing import TextIO, cast


def listened(stream: TextIO) -> TextIO:
    """The stream, safe to write to whether somebody reads it or not."""
    return cast("TextIO", Listened(stream))


class Listened(io.TextIOBase):
    """A text stream over another; once that can't be written to (a pipe's reader is gone, a terminal was closed),
    everything goes nowhere, and the writer never learns.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream

    @property
    def encoding(self) -> str:  # type: ignore[override]  # a property there too, but declared as an attribute
        """That of the stream below."""
        return self._stream.encoding

    def isatty(self) -> bool:
        """Whether the stream below is a terminal."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """The descriptor of the stream below."""
        return self._stream.fileno()

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, text: str) -> int:
        """Write and flush the text, if anybody is there."""
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError:
            # what is still buffered must have somewhere to go as well, or the interpreter's end fails on it
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())
        return len(text)
