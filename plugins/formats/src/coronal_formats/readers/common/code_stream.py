"""What a compressed frame says of itself: its kind, its bits, and whether it lost anything."""

import struct
from dataclasses import dataclass, replace

__all__ = ["Stream", "stream_of"]

_JPEG = b"\xff\xd8"
_JPEG2000 = b"\xff\x4f\xff\x51"
_MAX_BOX_BYTES = 2**16
_SCAN = 0xDA
_CODING_STYLE = 0x52
_FIRST_TILE = 0x90
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})

_KINDS = {
    0xC0: "baseline JPEG",
    0xC1: "extended JPEG",
    0xC2: "progressive JPEG",
    0xC3: "lossless JPEG",
    0xF7: "JPEG-LS",
    **dict.fromkeys((0xC9, 0xCA), "arithmetic JPEG"),
    0xCB: "lossless arithmetic JPEG",
    **dict.fromkeys((0xC5, 0xC6, 0xC7, 0xCD, 0xCE, 0xCF), "hierarchical JPEG"),
}
"""Of the markers SOF0 to SOF15 (ITU-T T.81, B.1.1.3), and SOF55 of JPEG-LS (T.87, C.1.1)."""


@dataclass(frozen=True, slots=True)
class Stream:
    """The header of a compressed frame.

    Parameters
    ----------
    kind
        What it is, e.g. ``JPEG-LS``.
    bits
        The bits of a sample.
    samples
        How many samples a pixel has.
    is_signed
        Whether the stream itself says that its samples have a sign: only JPEG 2000 can.
    is_lossy
        Whether what comes out can differ from what went in.
    """

    kind: str
    bits: int
    samples: int = 1
    is_signed: bool = False
    is_lossy: bool = False

    def __str__(self) -> str:
        return f"{self.kind} of {self.bits} bits" + (f" × {self.samples} samples" if self.samples > 1 else "")


def stream_of(frame: bytes) -> Stream | None:
    """Read the header of a JPEG, JPEG-LS or JPEG 2000 stream, without a decoder.

    Parameters
    ----------
    frame
        The whole stream.

    Returns
    -------
    Stream | None
        None where it is none of these, or its header is broken.

    Examples
    --------
    >>> print(stream_of(bytes.fromhex("ffd8 fff7 000b 0c 0010 0010 01 011100 ffda 0008 01 0100 000000")))
    JPEG-LS of 12 bits
    """
    try:
        if frame.startswith(_JPEG):
            return _jpeg(frame)
        start = frame[:_MAX_BOX_BYTES].find(_JPEG2000)
        return _jpeg2000(frame, start) if start >= 0 else None
    except (struct.error, IndexError):  # the stream ends too early
        return None


def _jpeg(frame: bytes) -> Stream | None:
    place, found = 2, None
    while frame[place] == 0xFF:
        marker = frame[place + 1]
        if marker == 0xFF:  # a fill byte
            place += 1
            continue
        if marker in _WITHOUT_LENGTH:
            place += 2
            continue
        if marker in _KINDS:
            found = Stream(_KINDS[marker], frame[place + 4], frame[place + 9])
        if marker == _SCAN:
            return found and _with_scan(found, frame, place)
        (length,) = struct.unpack_from(">H", frame, place + 2)
        place += 2 + length
    return None


def _with_scan(stream: Stream, frame: bytes, place: int) -> Stream:
    # NEAR, the most by which a sample of JPEG-LS differs, stands behind the components (T.87, C.2.3).
    near = frame[place + 5 + 2 * frame[place + 4]]
    is_exact = near == 0 if stream.kind == "JPEG-LS" else stream.kind.startswith("lossless")
    return replace(stream, is_lossy=not is_exact)


def _jpeg2000(frame: bytes, start: int) -> Stream:
    # SIZ: capabilities, components, and sign and bits of the first (ITU-T T.800, A.5.1; T.814 for HTJ2K).
    capabilities, samples, depth = struct.unpack_from(">H32xHB", frame, start + 6)
    return Stream(
        "HTJ2K" if capabilities & 0x4000 else "JPEG 2000",
        (depth & 0x7F) + 1,
        samples,
        is_signed=depth >= 0x80,
        is_lossy=not _is_reversible(frame, start + 2),
    )


def _is_reversible(frame: bytes, place: int) -> bool:
    while frame[place] == 0xFF and frame[place + 1] != _FIRST_TILE:
        if frame[place + 1] == _CODING_STYLE:
            return frame[place + 13] == 1  # the wavelet 5-3 (A.6.1)
        (length,) = struct.unpack_from(">H", frame, place + 2)
        place += 2 + length
    return True
