"""Temperature scaling: the one number that turns votes into probabilities, held back where images are few."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["MIN_IMAGES", "inverse_temperature", "too_few"]

MIN_IMAGES = 30
"""From fewer images of a class a temperature is called unsure."""

_LOG_BOUNDS = (-10.0, 10.0)


def inverse_temperature(
    votes: NDArray[np.float64], codes: NDArray[np.int64], weights: NDArray[np.float64] | None = None
) -> float:
    """Compute what votes are multiplied by before a softmax makes probabilities of them.

    Parameters
    ----------
    votes
        Of images that weren't learned from, shape (images, classes), or (images,) of two classes: a vote for
        the second.
    codes
        The number of each image's class, shape (images,).
    weights
        What each image weighs, shape (images,); None where all weigh the same.

    Returns
    -------
    float
        The inverse of the temperature, from e⁻¹⁰ to e¹⁰.

    Notes
    -----
    It has the least cross-entropy with Platt's targets: of *n* images of a class each is taken for
    *(n + 1) / (n + 2)* of one, as though there were two more, one of which is wrong. So no number of images
    makes certain, and few leave unsure; without, votes that are all right have no best temperature but 0.
    C. Guo et al., On calibration of modern neural networks, ICML (2017) 1321–1330; J. Platt, Probabilistic
    outputs for support vector machines, Advances in large margin classifiers (1999) 61–74.

    Examples
    --------
    >>> right = np.array([-1.0] * 10 + [1.0] * 10)
    >>> sure = inverse_temperature(right, np.repeat([0, 1], 10))
    >>> np.isclose(1 / (1 + np.exp(-2 * sure)), 11 / 12).item()
    True
    """
    from scipy.optimize import minimize_scalar
    from scipy.special import log_softmax

    logits = np.stack([-votes, votes], axis=1) if votes.ndim == 1 else votes
    targets = _targets(codes, logits.shape[1])
    if weights is not None:
        targets *= weights[:, np.newaxis]

    def cross_entropy(log_inverse: float) -> float:
        return float(-(targets * log_softmax(np.exp(log_inverse) * logits, axis=1)).sum())

    found = minimize_scalar(cross_entropy, bounds=_LOG_BOUNDS, method="bounded", options={"xatol": 1e-10})
    return float(np.exp(found.x))


def too_few(codes: NDArray[np.int64]) -> str:
    """Return a sentence where there are too few images to calibrate by; else nothing.

    >>> too_few(np.repeat([0, 1], [40, 12]))
    'its probabilities are rough: it was calibrated by 12 images of its rarest class, and 30 are few'
    """
    rarest = int(np.bincount(codes).min())
    if rarest >= MIN_IMAGES:
        return ""
    return (
        f"its probabilities are rough: it was calibrated by {rarest} images of its rarest class, and "
        f"{MIN_IMAGES} are few"
    )


def _targets(codes: NDArray[np.int64], classes: int) -> NDArray[np.float64]:
    counts = np.bincount(codes, minlength=classes)
    hits = (counts + 1) / (counts + 2)
    targets = np.repeat(((1 - hits) / (classes - 1))[codes][:, np.newaxis], classes, axis=1)
    targets[np.arange(len(codes)), codes] = hits[codes]
    return targets
