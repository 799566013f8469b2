"""From files that hold labels to the label maps of images: what white means, the whole set decides."""

from dataclasses import dataclass

from coronal import BadImage, Image, LabelMap
from coronal.label_numbers import LabelNumbers, stored_labels

__all__ = ["MOST_LABELS", "Drawings"]

MOST_LABELS = 255
"""The labels of a data set are classes, and no numbers of objects."""


@dataclass(frozen=True, slots=True)
class Drawings:
    """The files of a data set that hold labels, with one meaning for all of them.

    Parameters
    ----------
    decided
        The numbers of the whole set; or of as many files as decide it (`LabelNumbers.is_decided`).
    found
        Where the numbers of each file are counted that becomes a label map.
    """

    decided: LabelNumbers
    found: LabelNumbers

    def label_map(self, drawn: Image, image: Image) -> LabelMap:
        """Return the label map of an image.

        Parameters
        ----------
        drawn
            The file that holds its labels, read as labels.
        image
            What it was drawn on.

        Raises
        ------
        BadImage
            When it is no label map of the image (`coronal.label_numbers.stored_labels`), or has a label
            over 255.
        """
        stored = stored_labels(drawn, image)
        labels = self.decided.labels(stored)
        if labels.max() > MOST_LABELS:
            raise BadImage(f"labels must be from 0 to {MOST_LABELS}, found {labels.min()} to {labels.max()}")
        self.found.add(stored, drawn.meaning)
        return LabelMap.of(image, labels)
