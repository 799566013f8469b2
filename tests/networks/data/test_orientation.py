"""Axes that are exchanged and reversed, and back again."""

from itertools import permutations, product

import nibabel
import numpy as np
import pytest

from coronal_networks.data.orientation import Orientation

VOLUME = np.arange(24).reshape(2, 3, 4)
TURNS = [(order, signs) for order in permutations(range(3)) for signs in product((1, -1), repeat=3)]


@pytest.mark.parametrize(("order", "signs"), TURNS, ids=str)
def test_each_volume_comes_to_lps_as_nibabel_brings_it_and_back(
    order: tuple[int, ...], signs: tuple[int, ...]
) -> None:
    affine = np.zeros((4, 4))
    affine[order, range(3)] = signs
    affine[3, 3] = 1
    canonical = nibabel.as_closest_canonical(nibabel.Nifti1Image(VOLUME.astype(np.int32), affine))
    expected = np.asarray(canonical.dataobj).T[:, ::-1, ::-1]

    to_lps = np.diag([-1.0, -1.0, 1.0]) @ affine[:3, :3]
    turn = Orientation.to_lps(tuple(map(tuple, to_lps)))
    np.testing.assert_array_equal(turn.applied(VOLUME), expected)
    np.testing.assert_array_equal(turn.undone(expected), VOLUME)


def test_an_oblique_axis_takes_the_place_of_the_nearest() -> None:
    oblique = ((0.1, 0.0, -0.9), (0.0, 1.0, 0.0), (-0.99, 0.0, -0.1))
    assert Orientation.to_lps(oblique) == Orientation((0, 1, 2), (0, 2))


def test_where_the_direction_is_unknown_all_stays() -> None:
    np.testing.assert_array_equal(Orientation.to_lps(None).applied(VOLUME), VOLUME)
