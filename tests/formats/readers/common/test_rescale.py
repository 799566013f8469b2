import numpy as np
import pytest

from coronal_formats.readers.common.rescale import rescale


@pytest.mark.parametrize(
    ("stored", "slope", "intercept", "kind"),
    [
        (np.array([0, 4095], np.uint16), 1.0, -1024.0, np.int16),
        (np.array([0, 65535], np.uint16), 1.0, -1024.0, np.int32),
        (np.array([0, 40000], np.uint16), 2.0, 0.0, np.int32),
        (np.array([-5, 5], np.int16), -1.0, 0.0, np.int16),
        (np.array([0, 2**32 - 1], np.uint32), 1.0, -1.0, np.float32),
        (np.array([0, 255], np.uint8), 0.1, 0.0, np.float32),
        (np.array([0.5, 1.0], np.float64), 2.0, 1.0, np.float64),
    ],
)
def test_the_values_are_exact_in_whole_numbers_where_these_hold_them(
    stored: np.ndarray, slope: float, intercept: float, kind: type
) -> None:
    values = rescale(stored, slope, intercept)
    assert values.dtype == kind
    np.testing.assert_allclose(values, stored.astype(float) * slope + intercept, rtol=1e-6)


def test_nothing_is_copied_where_nothing_changes() -> None:
    stored = np.arange(4)
    assert rescale(stored, 1.0, 0.0) is stored
