"""Images of several shapes become training data of one, and labels move with their image."""

import numpy as np

from coronal_networks.data.segmentation_dataset import SegmentationData

RANDOM = np.random.default_rng(0)


def drawn(*shape: int) -> tuple[np.ndarray, np.ndarray]:
    codes = np.zeros(shape, np.int16)
    codes[tuple(slice(length // 4, length // 2 + 1) for length in shape)] = 1
    return codes[..., np.newaxis].astype(np.float32), codes


def test_all_lie_in_the_smallest_frame_that_the_network_can_halve() -> None:
    training_data = SegmentationData.of([drawn(9, 5), drawn(3, 14)], 4, ())
    assert training_data.inputs.shape == (2, 12, 16, 1)
    assert [(codes >= 0).sum() for codes in training_data.codes] == [9 * 5, 3 * 14]
    assert [(codes == 1).sum() for codes in training_data.codes] == [
        (one == 1).sum() for _, one in (drawn(9, 5), drawn(3, 14))
    ]


def test_of_no_images_there_is_no_training_data() -> None:
    assert len(SegmentationData.of([], 4, ())) == 0


def test_without_a_generator_nothing_is_changed() -> None:
    training_data = SegmentationData.of([drawn(8, 8)], 4, ("flip", "rotate", "shift", "contrast"))
    batch = training_data.batch(np.array([0]), None)
    np.testing.assert_array_equal(batch.inputs[..., 0], batch.targets)
    np.testing.assert_array_equal(batch.weights, [1])


def test_labels_move_with_their_image() -> None:
    for shape in ((40, 60), (6, 40, 60)):
        training_data = SegmentationData.of([drawn(*shape)], 2, ("flip", "rotate", "shift"))
        seen = [training_data.batch(np.array([0]), RANDOM) for _ in range(8)]
        for batch in seen:
            # One is interpolated, the other takes the nearest: they part within half a pixel of an edge.
            assert np.mean(batch.inputs[..., 0].round() != batch.targets) < 0.01
        assert len({batch.targets.tobytes() for batch in seen}) == 8
