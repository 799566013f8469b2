"""From an image file that holds labels to the reference of a case."""

from dataclasses import replace

import numpy as np

from coronal import Image, Meaning, Reference
from coronal.label_numbers import LabelNumbers, stored_labels

__all__ = ["described", "reference_of"]


def reference_of(drawn: Image, source: Image) -> Reference:
    """Take the values of an image for labels of another.

    Parameters
    ----------
    drawn
        What was sent as the reference, read as labels. One of black and white has label 1 where it is white.
    source
        The image that was sent with it.

    Returns
    -------
    Reference
        On the grid of the source.

    Raises
    ------
    BadImage
        When it is no label map of the image (`coronal.label_numbers.stored_labels`).
    """
    stored = stored_labels(drawn, source)
    numbers = LabelNumbers()
    numbers.add(stored, drawn.meaning)
    return replace(Reference.of(source, numbers.labels(stored)), stored_as=numbers.stored_as)


def described(reference: Reference, drawn: Image) -> str:
    """Return which labels a reference has and how its file stores them, for a job's log.

    Examples
    --------
    >>> mask = Image(np.array([[0, 255]], np.uint8))
    >>> described(reference_of(mask, mask), mask)
    'label 1 = 255'
    """
    if reference.stored_as:
        return ", ".join(f"label {label} = {stored}" for label, stored in reference.stored_as.items())
    palette = ", indices of a palette" if drawn.meaning is Meaning.INDEX else ""
    labels = np.unique(reference.labels[reference.labels > 0])
    if not labels.size:
        return f"no label{palette}"
    return f"{_count(labels.size)} from {labels[0]} to {labels[-1]}{palette}"


def _count(labels: int) -> str:
    return "1 label" if labels == 1 else f"{labels:,} labels"
