"""Two files of one name: which kind they are, and how that is compared."""

import struct
import zlib
from collections.abc import Callable

from coronal_client.comparison.grid import Grid, NotRead
from coronal_client.comparison.grids import compare_images, compare_label_maps, compare_pictures
from coronal_client.comparison.nifti import read_nifti
from coronal_client.comparison.numbers import compare_documents, compare_tables
from coronal_client.comparison.png import read_png
from coronal_client.comparison.tiff import read_tiff
from coronal_client.comparison.verdict import Found, Verdict

__all__ = ["compare_files"]

_READERS: dict[str, Callable[[bytes], Grid]] = {
    ".nii.gz": read_nifti,
    ".png": read_png,
    ".tiff": read_tiff,
}

_BROKEN = (NotRead, OSError, EOFError, ValueError, LookupError, struct.error, zlib.error)
"""What a reader raises for a file that is none of Coronal's own."""


def compare_files(name: str, one: bytes, other: bytes) -> Found:
    """Compare two files that jobs have left under one name.

    Parameters
    ----------
    name
        It tells what they hold: ``labels.*`` a label map, ``image.*`` and other arrays an image,
        other ``.png`` a picture, ``.csv`` a table, ``.json`` a document. Of all else the bytes count.
    one, other
        Their bytes.
    """
    if one == other:
        return Found(Verdict.EQUAL)
    try:
        return _compared(name, one, other)
    except _BROKEN as broken:
        reason = f" ({broken})" if isinstance(broken, NotRead) else ""
        return Found(Verdict.DIFFERS, f"the bytes differ, and their values can't be compared{reason}")


def _compared(name: str, one: bytes, other: bytes) -> Found:
    if name.endswith(".csv"):
        return compare_tables(one, other)
    if name.endswith(".json"):
        return compare_documents(one, other)
    for suffix, read in _READERS.items():
        if name.endswith(suffix):
            return _comparing(name.removesuffix(suffix), suffix)(read(one), read(other))
    return Found(Verdict.DIFFERS, f"the bytes differ: {len(one):,} and {len(other):,} of them")


def _comparing(stem: str, suffix: str) -> Callable[[Grid, Grid], Found]:
    if stem == "labels":
        return compare_label_maps
    return compare_pictures if suffix == ".png" and stem != "image" else compare_images
