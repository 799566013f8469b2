import numpy as np
import pytest

from coronal import BadImage
from coronal_formats.readers.common.geometry_from_steps import placed

STEPS = np.array([[0.0, 0.0, -2.0], [0.0, 3.0, 0.0], [4.0, 0.0, 0.0]])
ORIGIN = np.array([1.0, 2.0, 3.0])


def test_each_step_leads_to_the_next_element() -> None:
    geometry = placed("file", STEPS, ORIGIN)
    assert geometry.spacing_mm == (4.0, 3.0, 2.0)
    for axis, index in enumerate(np.eye(3)):
        np.testing.assert_allclose(geometry.position_mm(index), ORIGIN + STEPS[:, axis])


def test_of_steps_that_are_nowhere_in_the_patient_only_the_lengths_count() -> None:
    geometry = placed("file", STEPS, ORIGIN, in_patient=False)
    assert (geometry.spacing_mm, geometry.origin_mm, geometry.direction) == ((4.0, 3.0, 2.0), None, None)


@pytest.mark.parametrize(
    ("place", "value", "found"),
    [
        ((0, 2), 0.0, "give each axis a length"),
        ((0, 2), np.nan, "finite"),
        ((0, 0), 0.3, "found a sheared affine"),
    ],
)
def test_axes_that_make_no_box_are_refused(place: tuple[int, int], value: float, found: str) -> None:
    steps = STEPS.copy()
    steps[place] = value
    with pytest.raises(BadImage, match=found):
        placed("file", steps, ORIGIN)


def test_an_origin_that_is_no_number_is_refused() -> None:
    with pytest.raises(BadImage, match="finite"):
        placed("file", STEPS, np.array([1.0, np.inf, 0.0]))
