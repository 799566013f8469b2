"""Lookup tables of DICOM: a Modality LUT, and the three of a palette (PS3.3, C.11.1 and C.7.6.3.1.5)."""

from dataclasses import dataclass

import numpy as np
from pydicom.dataset import Dataset, FileDataset
from pydicom.pixels.processing import apply_color_lut

from coronal import BadImage
from coronal.types.image import Pixels

__all__ = ["Lookup", "modality_lookup", "palette_colours"]

_CHANNELS = ("Red", "Green", "Blue")
_WORD = 2**16


@dataclass(frozen=True, eq=False, slots=True)
class Lookup:
    """A table of values.

    Parameters
    ----------
    first
        The stored value that the first entry is of.
    entries
        A value for it and for each that follows, uint8 or uint16.
    bits
        The bits of an entry: 8, or up to 16.
    """

    first: int
    entries: Pixels
    bits: int

    def apply(self, stored: Pixels) -> Pixels:
        """Look stored values up.

        Parameters
        ----------
        stored
            Whole numbers of any shape and type: those outside the table have the value at its end.

        Examples
        --------
        >>> table = Lookup(-2, np.array([10, 20, 30], np.uint8), 8)
        >>> table.apply(np.array([-9, -2, 0, 100], np.int8))
        array([10, 10, 30, 30], dtype=uint8)
        """
        # Wide enough for any difference: int8 - -2 would wrap round.
        wide = np.int32 if stored.dtype.itemsize <= 2 else np.int64
        places = np.subtract(stored, self.first, dtype=wide, casting="unsafe")
        return np.asarray(self.entries[np.clip(places, 0, len(self.entries) - 1, out=places)])


def modality_lookup(dataset: FileDataset) -> Lookup | None:
    """Return the Modality LUT of a file; None where it has none.

    Raises
    ------
    BadImage
        When it has fewer entries than it declares.
    """
    items = dataset.get("ModalityLUTSequence")
    return _lookup(dataset, items[0], "LUTDescriptor", "LUTData") if items else None


def palette_colours(dataset: FileDataset, stored: Pixels) -> Pixels:
    """Look the colours of indices up.

    Parameters
    ----------
    dataset
        The file, with its palette.
    stored
        Indices of any shape.

    Returns
    -------
    Pixels
        With red, green and blue as a last axis, of the bits of the palette's entries.

    Raises
    ------
    BadImage
        When it has no palette, or a table has fewer entries than it declares.
    """
    if "RedPaletteColorLookupTableDescriptor" not in dataset:
        raise BadImage("a DICOM image of PALETTE COLOR must have its lookup tables, found none")
    if "RedPaletteColorLookupTableData" not in dataset:  # in segments: pydicom expands them
        return np.asarray(apply_color_lut(stored, dataset)[..., :3])
    names = [f"{channel}PaletteColorLookupTable" for channel in _CHANNELS]
    tables = [_lookup(dataset, dataset, f"{name}Descriptor", f"{name}Data") for name in names]
    return np.stack([table.apply(stored) for table in tables], axis=-1)


def _lookup(dataset: FileDataset, item: Dataset, descriptor: str, data: str) -> Lookup:
    count, first, bits = (int(number) for number in item[descriptor].value)
    # The same two bytes in US and SS: the pixels decide which; the count is never signed.
    count, first = count % _WORD or _WORD, first % _WORD
    if int(dataset.PixelRepresentation) and first >= _WORD // 2:
        first -= _WORD
    entries = _entries(dataset, item[data].value, count)
    if len(entries) < count:
        raise BadImage(f"a lookup table of this DICOM file must have {count} entries, found {len(entries)}")
    bits = max(bits, int(entries.max()).bit_length())
    return Lookup(first, entries[:count].astype(np.uint8 if bits <= 8 else np.uint16, copy=False), bits)


def _entries(dataset: FileDataset, data: object, count: int) -> Pixels:
    if not isinstance(data, bytes):
        words = np.atleast_1d(np.asarray(data, np.int64)) % _WORD
        return words.astype(np.uint16)
    if len(data) < 2 * count:
        return np.frombuffer(data, np.uint8)
    is_little_endian = dataset.original_encoding[1]
    return np.frombuffer(data[: 2 * count], "<u2" if is_little_endian else ">u2").astype(np.uint16)
