"""Image files of a zip, read one by one."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from coronal import BadImage, Image
from coronal.errors import shown
from coronal_learning.sent.archive import Archive
from coronal_learning.sent.drawings import label_map_of
from coronal_learning.sent.faults import Faults
from coronal_learning.sent.source import Found

__all__ = ["Files"]


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a zip as images.

    Parameters
    ----------
    archive
        The zip.
    decode
        Reads an image file.
    faults
        Where it is told what can't be read.
    """

    archive: Archive
    decode: Callable[[Path], Image]
    faults: Faults

    def images(self, paths: Sequence[str]) -> Iterator[Found | None]:
        """Read images; None for one that can't be."""
        for path in paths:
            image = self._image(path)
            yield None if image is None else (image, None)

    def pairs(self, paths: Sequence[tuple[str, str]]) -> Iterator[Found | None]:
        """Read images with their label maps; None where one of them can't be."""
        for path, drawing in paths:
            image, drawn = self._image(path), self._image(drawing)
            yield None if image is None or drawn is None else self._pair(drawing, drawn, image)

    def _image(self, path: str) -> Image | None:
        try:
            with self.archive.extracted(path) as place:
                return self.decode(place)
        except BadImage as bad:
            self.faults.add(f"{shown(path)}: {bad}")
            return None

    def _pair(self, drawing: str, drawn: Image, image: Image) -> Found | None:
        try:
            return image, label_map_of(drawn, image)
        except BadImage as bad:
            self.faults.add(f"{shown(drawing)}: {bad}")
            return None
