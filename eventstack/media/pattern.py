"""Where the synthetic contribution hides its measures: a frame counter as a barcode, and a flash each second.

The sender draws them (`eventstack.node.ffmpeg`), probes read them. Fractions of the picture's width and height.
"""

BITS = 20
"""Bits of the frame counter, least significant first: it wraps after 11.6 hours at 25 frames per second."""

CELLS = 24
"""The strip is this many equal cells wide: a white guard, the bits, and black to the edge."""

STRIP_HEIGHT = 1 / 12
"""Height of the strip at the top of the picture (19 lines at 234)."""

FLASH_LEFT, FLASH_TOP, FLASH_WIDTH, FLASH_HEIGHT = 0.8, 0.8, 0.15, 0.12
"""The box that is white for the first 80 ms of each second, as the beep sounds, and black otherwise."""


def frame_number(luma: bytes, width: int, height: int) -> int | None:
    """The frame counter of one picture, or None when there is no barcode in it.

    `luma` holds `width` by `height` bytes (0 black to 255 white), row by row; a width of 96 is enough.
    Raises ValueError when the sizes don't agree.
    """
    if len(luma) != width * height:
        raise ValueError(f"{len(luma)} bytes are no picture of {width} by {height}")
    row = int(height * STRIP_HEIGHT / 2) * width
    cells = [luma[row + int((cell + 0.5) * width / CELLS)] for cell in range(BITS + 2)]
    if cells[0] < 160 or cells[-1] > 96:
        return None
    return sum(1 << bit for bit, value in enumerate(cells[1:-1]) if value > 128)
