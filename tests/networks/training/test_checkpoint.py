"""How far a training is, is read as it was written, or not at all."""

import numpy as np
import pytest

from coronal_networks.training.checkpoint import Progress, fingerprint


@pytest.fixture
def progress() -> Progress:
    return Progress(
        history=[{"epoch": 1.0, "loss": 0.1 + 0.2}],
        network=[np.float32([[1, 2]]), np.array(3, np.int64)],
        optimiser=[np.zeros((0, 2), np.float32)],
        best=[np.float32([[4, 5]]), np.array(6, np.int64)],
        best_epoch=1,
        best_loss=0.25,
    )


def test_it_is_read_bit_by_bit_as_it_was_written(progress: Progress) -> None:
    again = Progress.unpacked(progress.packed("one"), "one")
    assert again is not None
    assert (again.history, again.epoch) == (progress.history, 1)
    assert (again.best_epoch, again.best_loss) == (1, 0.25)
    for name in ("network", "optimiser", "best"):
        for old, new in zip(getattr(progress, name), getattr(again, name), strict=True):
            assert (old.dtype, old.shape, old.tobytes()) == (new.dtype, new.shape, new.tobytes())


def test_that_of_another_training_is_not_read(progress: Progress) -> None:
    assert Progress.unpacked(progress.packed("one"), "other") is None


@pytest.mark.parametrize("content", [b"", b"PK", "cut"])
def test_what_is_broken_is_not_read(progress: Progress, content: bytes | str) -> None:
    broken = progress.packed("one")[:-30] if isinstance(content, str) else content
    assert Progress.unpacked(broken, "one") is None


def test_a_pickle_is_not_read() -> None:
    import io

    file = io.BytesIO()
    np.savez(file, facts=np.array({"training": "one"}, dtype=object))
    assert Progress.unpacked(file.getvalue(), "one") is None


@pytest.mark.parametrize(
    "other",
    [np.float32([1, 3]), np.float64([1, 2]), np.float32([[1, 2]])],
    ids=["value", "type", "shape"],
)
def test_a_fingerprint_is_another_when_anything_is(other: np.ndarray) -> None:
    known = fingerprint({"seed": 1}, np.float32([1, 2]))
    assert known == fingerprint({"seed": 1}, np.float32([1, 2]))
    assert known != fingerprint({"seed": 2}, np.float32([1, 2]))
    assert known != fingerprint({"seed": 1}, other)
