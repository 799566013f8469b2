"""Decoding of label files into label maps; what white means is decided over the whole set."""

from dataclasses import dataclass

from coronal import BadImage, Image, LabelMap
from coronal.formats.label_numbers import LabelNumbers, stored_labels

__all__ = ["MAX_LABELS", "LabelDecoder"]

MAX_LABELS = 255
"""Labels of a data set are classes, not object numbers."""


@dataclass(frozen=True, slots=True)
class LabelDecoder:
    """Decodes the label files of a data set by one mapping for all.

    Parameters
    ----------
    decided
        Numbers of the whole set, or of as many files as decide it (`LabelNumbers.is_decided`).
    found
        Counts the numbers of each file that becomes a label map.
    """

    decided: LabelNumbers
    found: LabelNumbers

    def label_map(self, stored_image: Image, image: Image) -> LabelMap:
        """Return the label map of an image.

        Parameters
        ----------
        stored_image
            Label file, read as labels.
        image
            Image that it annotates.

        Raises
        ------
        BadImage
            When it is no label map of the image (`label_numbers.stored_labels`), or has a label over 255.
        """
        stored = stored_labels(stored_image, image)
        labels = self.decided.labels(stored)
        if labels.max() > MAX_LABELS:
            raise BadImage(f"labels must be from 0 to {MAX_LABELS}, found {labels.min()} to {labels.max()}")
        self.found.add(stored, stored_image.meaning)
        return LabelMap.of(image, labels)
