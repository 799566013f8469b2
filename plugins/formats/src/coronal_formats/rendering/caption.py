"""What is said below the panels: what the image is, how it is shown, what was found."""

from collections.abc import Iterator

import numpy as np

from coronal import Case, Image, LabelMap, Prediction
from coronal_formats.rendering.colours import colour_of
from coronal_formats.rendering.heat import AGAINST, FOR
from coronal_formats.rendering.page import Phrase
from coronal_formats.rendering.window import Window

__all__ = ["answer_of", "comparing_phrases_of", "explaining_phrases_of", "phrases_of"]

_MAX_NAMED = 16


def phrases_of(case: Case, window: Window) -> list[Phrase]:
    """Return the phrases below the panels; no name of a file or a patient is among them.

    Parameters
    ----------
    case
        What the stages have made.
    window
        How the values of the image below the labels became grey.
    """
    return _phrases([_extent(case.backdrop), _padding(case.backdrop), window.description], case)


def comparing_phrases_of(before: Image, shown: Image, after: Case, window: Window) -> list[Phrase]:
    """Return the phrases below an image before and after, with both their sizes where they are not the same.

    Parameters
    ----------
    before, shown
        The image before, and the one that is shown after.
    after
        What the stages have made.
    window
        How the values of the image after became grey.
    """
    earlier, later = _extent(before), _extent(shown)
    extents = [later] if earlier == later else [f"before: {earlier}", f"after: {later}"]
    return _phrases([*extents, window.description], after)


def explaining_phrases_of(image: Image, window: Window, heat: Image) -> list[Phrase]:
    """Return the phrases below an image and its heat: what each colour means, and how much the fullest is.

    Parameters
    ----------
    image
        What was classified.
    window
        How its values became grey.
    heat
        All of it finite.
    """
    plain = [Phrase(text) for text in (_extent(image), window.description) if text]
    return [*plain, *_meanings(float(heat.pixels.min()), float(heat.pixels.max()))]


def answer_of(stage: str, prediction: Prediction) -> str:
    """Return what a classifier's stage has answered.

    >>> answer_of("forest", Prediction(("benign", "malignant"), (0.004, 0.996)))
    'forest: malignant (99.6%)'
    """
    return f"{stage}: {prediction.label} ({max(prediction.probabilities):.1%})"


def _meanings(lowest: float, highest: float) -> Iterator[Phrase]:
    if lowest == highest == 0:
        yield Phrase("no place speaks for this class or against it")
        return
    if highest > 0:
        yield Phrase("speaks for this class", FOR)
    if lowest < 0:
        yield Phrase("speaks against it", AGAINST)
    yield Phrase(f"full colour: {max(-lowest, highest):.2g}")


def _phrases(reported: list[str], case: Case) -> list[Phrase]:
    plain = [Phrase(text) for text in (*reported, *_found(case)) if text]
    return [*plain, *(_legend(case.labels) if case.labels is not None else ())]


def _extent(image: Image) -> str:
    across = " x ".join(str(size) for size in image.shape[::-1])
    text = f"{image.modality or 'image'}: {across} {'pixels' if image.dimensions == 2 else 'voxels'}"
    channels = image.pixels.shape[-1] if image.has_channels else 3
    if channels != 3:
        text = f"{text}, the mean of {channels} channels"
    if image.spacing_mm is None:
        return f"{text}, spacing unknown"
    return f"{text} of {' x '.join(f'{step:.3g}' for step in image.spacing_mm[::-1])} mm"


def _padding(image: Image) -> str:
    count, noun = image.padding_count, "pixels" if image.dimensions == 2 else "voxels"
    return f"{count:,} {noun} of padding left out" if count else ""


def _found(case: Case) -> Iterator[str]:
    if case.labels is not None:
        count = case.labels.count
        yield f"{count} label{'' if count == 1 else 's'}"
    for stage, prediction in case.predictions.items():
        yield answer_of(stage, prediction)


def _legend(labels: LabelMap) -> Iterator[Phrase]:
    # Names outlive their objects, where a stage has removed some.
    there = set(np.unique(labels.labels[labels.labels > 0]).tolist())
    for label in sorted(there & labels.names.keys())[:_MAX_NAMED]:
        yield Phrase(f"{label} {labels.names[label]}", colour_of(label))
