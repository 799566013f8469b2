"""Images that are nearly the same."""

import io
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import PIL.Image
import pytest
from scipy.fft import dctn
from skimage.transform import resize
from sklearn.datasets import load_digits

from coronal import Image, Meaning
from coronal_learning.datasets.dataset_contents import Item
from coronal_learning.datasets.duplicate_detection import MAX_PAIRS, DuplicateDetector
from coronal_learning.datasets.duplicates.near_duplicates import NearDuplicates, _candidates
from coronal_learning.datasets.duplicates.perceptual_hash import frequencies_of, gradients_of, levels_of

RANDOM = np.random.default_rng(7)
DIGITS = [resize(pixels / 16 * 255, (28, 28)).astype(np.uint8) for pixels in load_digits().images[:100]]


def pairs_of(images: Sequence[Any]) -> list[tuple[int, int]]:
    near = NearDuplicates()
    for number, image in enumerate(images):
        near.add(number, str(number), image if isinstance(image, Image) else Image(image))
    return near.pairs()


def saved_as_jpeg(pixels: np.ndarray) -> np.ndarray:
    file = io.BytesIO()
    PIL.Image.fromarray(pixels).save(file, "JPEG", quality=75)
    return np.array(PIL.Image.open(file))


CHANGES: dict[str, Callable[[np.ndarray], Any]] = {
    "saved as JPEG": saved_as_jpeg,
    "noise": lambda pixels: (
        (pixels + RANDOM.normal(0, 2, pixels.shape)).clip(0, 255).round().astype(np.uint8)
    ),
    "brighter": lambda pixels: (pixels * 1.1 + 10).clip(0, 255).astype(np.uint8),
    "16 bits": lambda pixels: pixels.astype(np.uint16) * 256 + 3,
    "float": lambda pixels: pixels.astype(np.float32) / 255,
    "twice as large": lambda pixels: resize(pixels / 255, (56, 56), order=1),
    "coloured": lambda pixels: Image(
        np.stack([pixels] * 3, axis=-1), has_channels=True, meaning=Meaning.COLOUR
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_an_image_is_found_beside_where_it_came_from_and_beside_no_other(
    change: Callable[[np.ndarray], Any],
) -> None:
    pairs = pairs_of([*DIGITS, *map(change, DIGITS)])
    assert all(other == one + len(DIGITS) for one, other in pairs)
    assert len(pairs) >= 0.97 * len(DIGITS)


def test_other_images_are_not_nearly_the_same_nor_are_turned_ones() -> None:
    assert pairs_of(DIGITS) == []
    assert pairs_of([DIGITS[0], DIGITS[0][::-1], DIGITS[0].T]) == []
    assert pairs_of(list(RANDOM.integers(0, 256, (500, 8, 8)))) == []


@pytest.mark.parametrize(
    "images",
    [
        [np.full((28, 28), value, np.uint8) for value in (0, 0, 7)],
        [np.full((28, 28), np.nan)] * 2,
        [np.zeros((4, 40)), np.eye(4, 40)] * 2,
        list(RANDOM.normal(0, 1, (200, 2, 2))),
        [Image(np.eye(28), valid=np.eye(28) > 0)] * 2,
        [np.full((28, 28), 9) + (np.arange(784).reshape(28, 28) == place) for place in range(0, 784, 50)],
    ],
    ids=["flat", "no numbers", "flat or narrow", "tiny", "flat but for padding", "one pixel"],
)
def test_images_in_which_there_is_little_to_see_are_near_to_none(images: list[Any]) -> None:
    assert pairs_of(images) == []


def test_volumes_are_compared_and_padding_is_left_out() -> None:
    volume = RANDOM.normal(0, 1, (6, 20, 24))
    other = RANDOM.normal(0, 1, (6, 20, 24))
    assert pairs_of([volume, other, volume + RANDOM.normal(0, 0.05, volume.shape)]) == [(0, 2)]
    inside = np.hypot(*np.mgrid[-1:1:20j, -1:1:24j]) < 0.9
    one, two = (Image(np.where(inside, plane, 0), valid=inside) for plane in (volume[0], other[0]))
    padded = Image(np.where(inside, volume[0], 900), valid=inside)
    assert pairs_of([one, two, padded]) == [(0, 2)]


@pytest.mark.parametrize(("bits", "are_near"), [(0, True), (6, True), (7, False), (10, False)])
def test_hashes_are_near_up_to_six_bits(bits: int, are_near: bool) -> None:
    hashes = np.array([0, (1 << bits) - 1], np.uint64)  # the bands above are equal
    assert any(ones.size for ones, _ in _candidates(hashes)) is are_near


def test_gradients_weigh_a_frequency_by_its_size_and_by_the_energy_of_its_wave() -> None:
    frequencies = np.zeros((1, 16, 16))
    frequencies[0, [0, 3, 4], [4, 3, 0]] = 1.0
    gradients = gradients_of(frequencies).reshape(16, 16) / 1023
    # A wave along one axis alone has twice the energy of one along both.
    expected = 4 * np.sqrt(0.5) / np.sqrt(18)
    assert gradients[[0, 3, 4], [4, 3, 0]] == pytest.approx([expected, 1.0, expected], abs=1e-3)


def test_of_duplicates_the_first_is_compared() -> None:
    near = NearDuplicates()
    for number, digest in enumerate(("one", "one", "other")):
        near.add(number, digest, Image(DIGITS[0] + (number == 2)))
    assert near.pairs() == [(0, 2)]


def test_where_many_look_alike_their_pairs_are_bounded_and_none_is_a_copy_but_those_of_others_are() -> None:
    alike = [(DIGITS[0] + RANDOM.normal(0, 3, (28, 28))).clip(0, 255).astype(np.uint8) for _ in range(400)]
    identification = DuplicateDetector()
    for number, pixels in enumerate([*alike, DIGITS[1], saved_as_jpeg(DIGITS[1])]):
        identification.add(Item(name=str(number)), Image(pixels))
    known = identification.close()
    assert len(known.near_duplicates) == MAX_PAIRS
    assert list(known.near_duplicates) == sorted(set(known.near_duplicates))
    assert {number: item.copies for number, item in enumerate(known.items) if item.copies is not None} == {
        400: 400,
        401: 400,
    }


def test_frequencies_are_those_of_the_cosine_transform_and_the_same_in_any_order_of_sums() -> None:
    levels = levels_of(Image(RANDOM.normal(0, 1, (40, 60))))
    assert levels is not None
    found = frequencies_of(levels[np.newaxis])[0]
    expected = dctn(levels.astype(float), 2)[:16, :16] / 4 / levels.size
    assert np.abs(found / 1024**2 - expected).max() < 0.001 * np.abs(expected).max()
    # Whole numbers: image by image, or all at once with others, and the array in another order.
    more = np.stack([levels, levels[::-1], np.asfortranarray(levels)])
    assert (frequencies_of(more)[[0, 2]] == found).all()
    assert (found == np.rint(found)).all()
