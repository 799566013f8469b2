"""How many objects there are, and how densely they lie."""

import numpy as np
import pytest
from phantoms import ball

from coronal import Geometry, LabelMap
from coronal_imaging.measure.count import count


def row(labels: LabelMap) -> dict[str, object]:
    table = count(labels)
    assert len(table.rows) == 1
    return dict(zip(table.headings, table.rows[0], strict=True))


def test_three_objects_in_a_plane_of_mm() -> None:
    labels = np.zeros((10, 20), np.int32)
    labels[0, 0], labels[2:4, 2:4], labels[5:8, 5:10] = 7, 2, 2**31 - 1
    found = row(LabelMap(labels, Geometry((0.5, 0.2))))
    assert found == pytest.approx(
        {
            "objects": 3,
            "area_mm2": 2.0,
            "covered_percent": 10.0,
            "density_1_per_mm2": 3 / 20,
            "mean_area_mm2": 2 / 3,
            "median_area_mm2": 0.4,
        }
    )


def test_balls_in_thick_slices_have_their_volume() -> None:
    spacing = (2.0, 0.5, 0.5)
    labels = ball((20, 80, 40), (20, 10, 10), 8, spacing) + 2 * ball((20, 80, 40), (20, 30, 10), 8, spacing)
    found = row(LabelMap(labels, Geometry(spacing)))
    assert found["objects"] == 2
    assert found["mean_volume_mm3"] == pytest.approx(4 / 3 * np.pi * 8**3, rel=0.03)
    assert found["density_1_per_mm3"] == pytest.approx(2 / (40 * 40 * 20))


def test_without_objects_there_is_a_row() -> None:
    found = row(LabelMap(np.zeros((4, 5, 6), np.uint8)))
    assert found == {
        "objects": 0,
        "volume_voxels": 0,
        "covered_percent": 0,
        "density_1_per_voxels": 0,
        "mean_volume_voxels": None,
        "median_volume_voxels": None,
    }
