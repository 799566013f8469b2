"""Formats by their first bytes that no reader of Coronal knows: a refusal tells what a file is."""

__all__ = ["name_of_other"]

_PAIR = "the header of a NIfTI pair: send it and its data file in a zip of their own"
_ZIP = (
    "a zip that holds no DICOM series, and no header of a NIfTI pair, a MetaImage or NRRD beside its data; "
    "several images are sent as a batch"
)
_ANALYZE = "the header of an Analyze pair: save it as NIfTI"

_OTHERS = (
    (0, b"\x00\x00\x00\x0cjP  \r\n\x87\n", "JPEG 2000"),
    (0, b"\xff\x4f\xff\x51", "JPEG 2000"),
    (0, b"\x00\x00\x00\x0cJXL \r\n\x87\n", "JPEG XL"),
    (0, b"\xff\x0a", "JPEG XL"),
    (0, b"II\xbc", "JPEG XR"),
    *((4, b"ftyp" + brand, "HEIC") for brand in (b"hei", b"hev", b"mif1", b"msf1")),
    (4, b"ftypavi", "AVIF"),
    (4, b"ftypcrx", "a raw photograph (CR3)"),
    (4, b"ftyp", "a film (MP4, QuickTime)"),
    (8, b"WEBP", "WebP"),
    (8, b"AVI ", "a film (AVI)"),
    (0, b"\x1a\x45\xdf\xa3", "a film (Matroska, WebM)"),
    (0, b"GIF8", "GIF"),
    (0, b"BM", "BMP"),
    (0, b"8BPS", "Photoshop"),
    (0, b"v/1\x01", "OpenEXR"),
    *((0, b"P%d" % kind, "PNM") for kind in range(1, 8)),
    (0, b"%PDF", "PDF"),
    (0, b"<svg", "SVG"),
    (0, b"<?xml", "XML"),
    (344, b"ni1\x00", _PAIR),
    (4, b"ni2\x00\r\n\x1a\n", _PAIR),
    (0, b"\x5c\x01\x00\x00", _ANALYZE),
    (0, b"\x00\x00\x01\x5c", _ANALYZE),
    (0, b"\x89HDF\r\n\x1a\n", "HDF5 (also MINC 2, Imaris, MATLAB 7.3)"),
    (0, b"CDF\x01", "NetCDF (also MINC 1)"),
    (0, b"CDF\x02", "NetCDF (also MINC 1)"),
    (0, b"MATLAB 5.0", "MATLAB"),
    (0, b"\x93NUMPY", "NumPy (.npy)"),
    (0, b"# vtk DataFile", "VTK"),
    (0, b"SIMPLE  =", "FITS"),
    (0, b"ZISRAWFILE", "CZI (Zeiss)"),
    (0, b"\xda\xce\xbe\x0a", "ND2 (Nikon)"),
    (0, b"\x70\x00\x00\x00", "LIF (Leica)"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an OLE2 file (also ZVI, OIB, old Office)"),
    (0, b"PK\x03\x04", _ZIP),
    (0, b"\x1f\x8b", "a gzip stream"),
    (0, b"BZh", "a bzip2 stream"),
    (0, b"\xfd7zXZ\x00", "an xz stream"),
    (0, b"\x28\xb5\x2f\xfd", "a Zstandard stream"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (0, b"Rar!", "a RAR archive"),
    (257, b"ustar", "a tar archive"),
)
"""Offset, bytes, name: the first match is reported, so the more specific stand first."""


def name_of_other(head: bytes) -> str:
    """Return the name of a format that Coronal has no reader for, or "" where the bytes tell none.

    Parameters
    ----------
    head
        A file's first bytes.

    Examples
    --------
    >>> name_of_other(bytes.fromhex("0000001c 66747970 68656963"))
    'HEIC'
    >>> name_of_other(b"12345678")
    ''
    """
    return next((name for offset, magic, name in _OTHERS if head.startswith(magic, offset)), "")
