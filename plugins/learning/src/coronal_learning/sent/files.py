"""Image files of a zip, read one by one."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from coronal import BadImage, Image
from coronal.errors import shown
from coronal.label_numbers import LabelNumbers, stored_labels
from coronal_learning.sent.archive import Archive
from coronal_learning.sent.drawings import Drawings
from coronal_learning.sent.faults import Faults
from coronal_learning.sent.source import Found

__all__ = ["Decoders", "Files"]


@dataclass(frozen=True, slots=True)
class Decoders:
    """What reads a file, as an image and as labels."""

    image: Callable[[Path], Image]
    labels: Callable[[Path], Image]


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a zip as images.

    Parameters
    ----------
    archive
        The zip.
    decode
        What reads them.
    faults
        Where it is told what can't be read.
    """

    archive: Archive
    decode: Decoders
    faults: Faults

    def images(self, paths: Sequence[str]) -> Iterator[Found | None]:
        """Read images; None for one that can't be."""
        for path in paths:
            image = self._image(path)
            yield None if image is None else (image, None)

    def pairs(self, paths: Sequence[tuple[str, str]], found: LabelNumbers) -> Iterator[Found | None]:
        """Read images with their label maps; None where one of them can't be.

        What the numbers mean is decided over the whole set, before the first pair.

        Parameters
        ----------
        paths
            Of each image and its label map.
        found
            Where the numbers of the label maps are counted.
        """
        drawings = Drawings(self._decided([drawing for _, drawing in paths], found), found)
        for path, drawing in paths:
            image, drawn = self._image(path), self._drawn(drawing)
            yield None if image is None or drawn is None else self._pair(drawing, drawn, image, drawings)

    def _decided(self, drawings: Sequence[str], found: LabelNumbers) -> LabelNumbers:
        """Read label maps until it is clear whether the set is black and white.

        That is the first one mostly; only those of a set of black and white are read twice. What is wrong
        with one is told when its turn comes.
        """
        numbers = LabelNumbers(found.named)
        for path in drawings:
            try:
                with self.archive.extracted(path) as place:
                    drawn = self.decode.labels(place)
                numbers.add(stored_labels(drawn, drawn))
            except BadImage:
                continue
            if numbers.is_decided:
                break
        return numbers

    def _image(self, path: str) -> Image | None:
        return self._read(path, self.decode.image)

    def _drawn(self, path: str) -> Image | None:
        return self._read(path, self.decode.labels)

    def _read(self, path: str, decode: Callable[[Path], Image]) -> Image | None:
        try:
            with self.archive.extracted(path) as place:
                return decode(place)
        except BadImage as bad:
            self.faults.add(f"{shown(path)}: {bad}")
            return None

    def _pair(self, drawing: str, drawn: Image, image: Image, drawings: Drawings) -> Found | None:
        try:
            return image, drawings.label_map(drawn, image)
        except BadImage as bad:
            self.faults.add(f"{shown(drawing)}: {bad}")
            return None
