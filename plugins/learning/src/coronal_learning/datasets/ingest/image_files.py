"""Image and label files of a zip, read one by one."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from coronal import BadImage, Image
from coronal.errors import shown
from coronal.formats.label_numbers import LabelNumbers, stored_labels
from coronal_learning.datasets.ingest.archive import Archive
from coronal_learning.datasets.ingest.faults import Faults
from coronal_learning.datasets.ingest.label_decoding import LabelDecoder
from coronal_learning.datasets.ingest.source import LabelledImage

__all__ = ["Decoders", "Files"]


@dataclass(frozen=True, slots=True)
class Decoders:
    """Functions that read a file as an image and as labels."""

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
        Functions that read a file.
    faults
        Collects what can't be read.
    """

    archive: Archive
    decode: Decoders
    faults: Faults

    def images(self, paths: Sequence[str]) -> Iterator[LabelledImage | None]:
        """Read images; None for one that can't be read."""
        for path in paths:
            image = self._image(path)
            yield None if image is None else (image, None)

    def pairs(self, paths: Sequence[tuple[str, str]], found: LabelNumbers) -> Iterator[LabelledImage | None]:
        """Read images with their label maps; None where one of them can't be read.

        What the numbers mean is decided over the whole set, before the first pair.

        Parameters
        ----------
        paths
            Paths of each image and its label map.
        found
            Counts the numbers in the label maps.
        """
        decoder = LabelDecoder(self._decided([label_path for _, label_path in paths], found), found)
        for path, label_path in paths:
            image, stored = self._image(path), self._labels(label_path)
            yield None if image is None or stored is None else self._pair(label_path, stored, image, decoder)

    def _decided(self, paths: Sequence[str], found: LabelNumbers) -> LabelNumbers:
        """Read label maps until it is clear whether the set is black and white.

        Mostly the first one decides; only a black and white set is read twice. Faults of a file are reported
        when it is read again.
        """
        numbers = LabelNumbers(found.named)
        for path in paths:
            try:
                with self.archive.extracted(path) as place:
                    stored = self.decode.labels(place)
                numbers.add(stored_labels(stored, stored))
            except BadImage:
                continue
            if numbers.is_decided:
                break
        return numbers

    def _image(self, path: str) -> Image | None:
        return self._read(path, self.decode.image)

    def _labels(self, path: str) -> Image | None:
        return self._read(path, self.decode.labels)

    def _read(self, path: str, decode: Callable[[Path], Image]) -> Image | None:
        try:
            with self.archive.extracted(path) as place:
                return decode(place)
        except BadImage as bad:
            self.faults.add(f"{shown(path)}: {bad}")
            return None

    def _pair(self, path: str, stored: Image, image: Image, decoder: LabelDecoder) -> LabelledImage | None:
        try:
            return image, decoder.label_map(stored, image)
        except BadImage as bad:
            self.faults.add(f"{shown(path)}: {bad}")
            return None
