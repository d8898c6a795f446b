"""Makes small fragmented MP4 for tests: true boxes, senseless samples."""

import struct


def box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", len(body) + 8, kind) + body


def full(kind: bytes, version: int, flags: int, *parts: bytes) -> bytes:
    return box(kind, struct.pack(">I", version << 24 | flags), *parts)


def init(
    handler: str = "vide",
    timescale: int = 90000,
    *,
    default_duration: int = 3600,
    kid: str | None = None,
    scheme: str = "cenc",
    hevc: bool = False,
) -> bytes:
    video = handler == "vide"
    original = (b"hvc1" if hevc else b"avc1") if video else b"mp4a"
    if hevc:
        config = box(b"hvcC", bytes([1, 0x01]), struct.pack(">I", 0x60000000), bytes([0xB0, 0, 0, 0, 0, 0, 93]))
    elif video:
        config = box(b"avcC", bytes([1, 0x4D, 0x40, 0x1E]))
    else:
        specific = bytes([0x05, 2, 0x11, 0x90])
        decoder = bytes([0x04, 13 + len(specific), 0x40, 0x15]) + bytes(11) + specific
        config = full(b"esds", 0, 0, bytes([0x03, 3 + len(decoder)]) + bytes(3) + decoder)
    protection = b""
    if kid:
        tenc = full(b"tenc", 0, 0, bytes([0, 0, 1, 8]), bytes.fromhex(kid))
        schm = full(b"schm", 0, 0, scheme.encode(), bytes([0, 1, 0, 0]))
        protection = box(b"sinf", box(b"frma", original), schm, box(b"schi", tenc))
    if video:
        head = bytes(24) + struct.pack(">HH", 640, 360) + bytes(50)
    else:
        head = bytes(16) + struct.pack(">HHI", 2, 16, 0) + struct.pack(">I", 48000 << 16)
    entry = box(original if not kid else (b"encv" if video else b"enca"), head, config, protection)
    stsd = full(b"stsd", 0, 0, struct.pack(">I", 1), entry)
    mdhd = full(b"mdhd", 0, 0, struct.pack(">4I", 0, 0, timescale, 0), bytes(4))
    hdlr = full(b"hdlr", 0, 0, bytes(4), handler.encode(), bytes(13))
    trak = box(b"trak", box(b"mdia", mdhd, hdlr, box(b"minf", box(b"stbl", stsd))))
    trex = full(b"trex", 0, 0, struct.pack(">5I", 1, 1, default_duration, 0, 0))
    return box(b"ftyp", b"iso6") + box(b"moov", trak, box(b"mvex", trex))


def segment(
    start: int,
    samples: int,
    *,
    sync: bool = True,
    sample_size: int = 10,
    durations: list[int] | None = None,
    default_duration: int | None = None,
) -> bytes:
    """One moof and its mdat; sample durations come from `durations`, else `default_duration` (tfhd), else trex."""
    flags = 0x020000 | (0x8 if default_duration is not None else 0)
    fields = [struct.pack(">I", default_duration)] if default_duration is not None else []
    tfhd = full(b"tfhd", 0, flags, struct.pack(">I", 1), *fields)
    tfdt = full(b"tfdt", 1, 0, struct.pack(">Q", start))
    run_flags = 0x1 | 0x4 | 0x200 | (0x100 if durations else 0)
    rows = b"".join(
        (struct.pack(">I", durations[index]) if durations else b"") + struct.pack(">I", sample_size)
        for index in range(samples)
    )
    first_flags = 0x02000000 if sync else 0x00010000
    trun = full(b"trun", 0, run_flags, struct.pack(">IiI", samples, 0, first_flags), rows)
    return box(b"moof", box(b"traf", tfhd, tfdt, trun)) + box(b"mdat", bytes(samples * sample_size))
