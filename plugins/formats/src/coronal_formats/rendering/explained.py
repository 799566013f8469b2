"""Why a classifier has answered so: what it saw, beside the same with the heat over it."""

from dataclasses import replace

import numpy as np
import PIL.Image

from coronal import Explanation, Image, LabelMap, Prediction
from coronal_formats.rendering.caption import answer_of, explaining_phrases_of
from coronal_formats.rendering.heat import heated
from coronal_formats.rendering.page import page_of
from coronal_formats.rendering.panels import Shot, panels_of, shots_of
from coronal_formats.rendering.planes import Plane, planes_of

__all__ = ["explained"]

_STRONGEST = 0.9
"""From which part of the largest amount on heat counts as strongest."""


def explained(stage: str, prediction: Prediction, explanation: Explanation) -> PIL.Image.Image:
    """Draw an explanation.

    A plane stands beside the same with its heat; of a volume the three planes stand above, each where most of
    the strongest heat is. The fullest colour is the largest amount of heat, for or against: the caption tells
    it, for what is large is another thing for each way to explain.

    Parameters
    ----------
    stage
        The classifier's stage.
    prediction
        What it gave.
    explanation
        Which places spoke for it. What isn't finite counts as 0.
    """
    image, heat = explanation.image, _finite(explanation.heat)
    largest = np.abs(heat.pixels).max()
    strongest = LabelMap.of(heat, np.abs(heat.pixels) >= _STRONGEST * largest)
    share = heat.with_pixels(heat.pixels / (largest or np.float32(1.0)))
    seen = shots_of("seen", image, None, chosen_by=strongest)
    window = seen[0].window
    plain = shots_of("heat", image, None, window, chosen_by=strongest)
    hot = [_hot(*pair) for pair in zip(plain, planes_of(share, None, strongest), strict=True)]
    rows = [seen + hot] if len(seen) == 1 else [seen, hot]
    phrases = explaining_phrases_of(image, window, heat)
    return page_of(panels_of(rows, image), phrases, heading=answer_of(stage, prediction))


def _finite(heat: Image) -> Image:
    return heat.with_pixels(np.nan_to_num(heat.pixels.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0))


def _hot(shot: Shot, share: Plane) -> Shot:
    picture = heated(shot.window.apply(shot.plane.pixels), share.pixels)
    return replace(shot, plane=replace(shot.plane, pixels=picture))
