"""The reference label map of a case, from an image file that holds labels."""

from dataclasses import replace

import numpy as np

from coronal import Image, Meaning, Reference
from coronal.formats.label_numbers import LabelNumbers, stored_labels

__all__ = ["describe_reference", "reference_of"]


def reference_of(annotation: Image, source: Image) -> Reference:
    """Return the reference label map of an image, from the values of another image.

    Parameters
    ----------
    annotation
        Submitted reference, read as labels. A black and white one has label 1 where it is white.
    source
        Image that was submitted with it.

    Returns
    -------
    Reference
        On the grid of the source.

    Raises
    ------
    BadImage
        When it is not a label map of the image (`coronal.formats.label_numbers.stored_labels`).
    """
    stored = stored_labels(annotation, source)
    numbers = LabelNumbers()
    numbers.add(stored, annotation.meaning)
    return replace(Reference.of(source, numbers.labels(stored)), stored_as=numbers.stored_as)


def describe_reference(reference: Reference, annotation: Image) -> str:
    """Return which labels a reference has and how its file stores them, for a job's log.

    Examples
    --------
    >>> mask = Image(np.array([[0, 255]], np.uint8))
    >>> describe_reference(reference_of(mask, mask), mask)
    'label 1 = 255'
    """
    if reference.stored_as:
        return ", ".join(f"label {label} = {stored}" for label, stored in reference.stored_as.items())
    palette = ", indices of a palette" if annotation.meaning is Meaning.INDEX else ""
    labels = np.unique(reference.labels[reference.labels > 0])
    if not labels.size:
        return f"no label{palette}"
    return f"{_count(labels.size)} from {labels[0]} to {labels[-1]}{palette}"


def _count(labels: int) -> str:
    return "1 label" if labels == 1 else f"{labels:,} labels"
