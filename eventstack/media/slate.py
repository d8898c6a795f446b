"""What our slate looks like, so that whoever looks at a picture can tell it from the programme.

The encoder draws it (`eventstack.node.ffmpeg`), probes recognise it. One solid colour with a bar across the middle;
everything is given as fractions of the picture, so that it is the same at every size.
"""

BACKGROUND = (0x1B, 0x3A, 0x5B)
"""RGB of the slate, 0 to 255."""

BAR = (0xE0, 0xA0, 0x30)
"""RGB of its bar, 0 to 255."""

BAR_LEFT, BAR_TOP, BAR_WIDTH, BAR_HEIGHT = 0.1, 0.45, 0.8, 0.1
"""Where the bar is, as fractions of the picture's width and height."""

_BAR_SHARE = BAR_WIDTH * BAR_HEIGHT

MEAN_RGB = tuple(
    round(background + (bar - background) * _BAR_SHARE) for background, bar in zip(BACKGROUND, BAR, strict=True)
)
"""The mean colour of the whole slate, 0 to 255 per channel."""

TOLERANCE = 16
"""How far a channel may be off after encoding (measured: 3 at 400 kbit/s; a wrong colour matrix adds up to 10)."""

_BACKGROUND_POINTS = ((0.05, 0.1), (0.5, 0.1), (0.95, 0.1), (0.05, 0.9), (0.5, 0.9), (0.95, 0.9))
_BAR_POINTS = ((0.3, 0.5), (0.5, 0.5), (0.7, 0.5))


def is_slate(rgb: bytes, width: int, height: int) -> bool:
    """Whether a picture is the slate: `rgb` holds `width` by `height` pixels of 3 bytes, row by row.

    32 by 18 is enough; smaller than 16 by 9 blurs the bar. Raises ValueError when the sizes don't agree.
    """
    if len(rgb) != width * height * 3:
        raise ValueError(f"{len(rgb)} bytes are no picture of {width} by {height} by 3")

    def close(point: tuple[float, float], colour: tuple[int, int, int]) -> bool:
        at = (int(point[1] * height) * width + int(point[0] * width)) * 3
        return all(abs(rgb[at + channel] - colour[channel]) <= TOLERANCE for channel in range(3))

    # The bar is thin: at 32 by 18 the scaler mixes some background into it, so its own colour gets a wider berth.
    bar = all(_brightness(rgb, point, width, height) > 2 * sum(BACKGROUND) / 3 for point in _BAR_POINTS)
    return bar and all(close(point, BACKGROUND) for point in _BACKGROUND_POINTS)


def _brightness(rgb: bytes, point: tuple[float, float], width: int, height: int) -> float:
    at = (int(point[1] * height) * width + int(point[0] * width)) * 3
    return sum(rgb[at : at + 3]) / 3
