"""Steps from label map to label map keep what they were given, and bear what is hardly a label map."""

from collections.abc import Mapping

import numpy as np
import pytest
from offered import offered_by
from pydantic import JsonValue

from coronal import Algorithm, Case, Geometry, Image, LabelMap
from coronal.spec import Input
from coronal.testing import check_algorithm

Refiner = Algorithm[..., LabelMap]

VARIANTS: list[tuple[str, Mapping[str, JsonValue]]] = [
    ("fill-holes", {"max_size": 2.0}),
    ("fill-holes", {"max_size": 2.0, "within": "slice"}),
    ("remove-small", {"min_size": 2.0}),
    ("largest", {"count": 2, "among": "each-label"}),
    ("split-touching", {"distance": 1.0, "smoothing": 0.0}),
    ("clear-border", {"margin": 0.6, "ends": False}),
    ("smooth-labels", {"radius": 3.0}),
]
BY_NAME: dict[str, Refiner] = {
    algorithm.spec.name: algorithm
    for algorithm in offered_by("segmenters")
    if algorithm.spec.inputs == (Input.LABELS,)
}
REFINERS: list[tuple[Refiner, Mapping[str, JsonValue]]] = [
    *((algorithm, {}) for algorithm in BY_NAME.values()),
    *((BY_NAME[name], parameters) for name, parameters in VARIANTS),
]

refiners = pytest.mark.parametrize(
    ("algorithm", "parameters"),
    REFINERS,
    ids=[" ".join([a.spec.name, *map(str, p.values())]) for a, p in REFINERS],
)

LABELS = {
    "no object": np.zeros((9, 9), np.int32),
    "nothing but an object": np.ones((9, 9), np.uint8),
    "one pixel": np.ones((1, 1), np.bool_),
    "one line": np.array([[0, 1, 1, 0, 2, 2, 0, 1]]),
    "one slice": np.pad(np.full((1, 3, 3), 4), ((0, 0), (3, 3), (2, 4))),
    "a mask": np.pad(np.ones((4, 4), np.bool_), 3),
    "each pixel an object": np.arange(1, 82).reshape(9, 9),
    "Fortran order": np.asfortranarray(np.arange(60).reshape(3, 4, 5) % 4),
    "big-endian": np.arange(64, dtype=">i4").reshape(4, 4, 4) % 3,
    "the largest numbers": np.where(np.eye(9) > 0, 2**31 - 1, np.where(np.eye(9, k=2) > 0, 2**31 - 9, 0)),
}


@pytest.mark.parametrize(
    ("name", "parameters"), VARIANTS, ids=[f"{name} {parameters}" for name, parameters in VARIANTS]
)
def test_it_keeps_the_contract_with_other_parameters(name: str, parameters: Mapping[str, JsonValue]) -> None:
    check_algorithm(BY_NAME[name], parameters)


@refiners
@pytest.mark.parametrize("labels", LABELS.values(), ids=LABELS.keys())
@pytest.mark.parametrize("spacing", [None, 0.7], ids=["in px", "in mm"])
def test_it_bears_what_is_hardly_a_label_map(
    algorithm: Refiner, parameters: Mapping[str, JsonValue], labels: np.ndarray, spacing: float | None
) -> None:
    geometry = Geometry((spacing,) * labels.ndim if spacing else None)
    old = LabelMap(labels, geometry)
    new = algorithm.run(Case(*(Image(labels, geometry),) * 2, old), parameters)
    assert (new.shape, new.geometry) == (old.shape, geometry)
    if algorithm.spec.name != "split-touching":
        assert set(np.unique(new.labels)) <= {0, *np.unique(old.labels)}
    if algorithm.spec.name not in ("fill-holes", "smooth-labels"):
        assert not new.labels[old.labels == 0].any()


@refiners
def test_classes_keep_their_names(algorithm: Refiner, parameters: Mapping[str, JsonValue]) -> None:
    classes = np.zeros((40, 40), np.uint8)
    classes[5:15, 5:15], classes[20:35, 20:35] = 3, 7
    labels = LabelMap(classes, names={3: "lung", 7: "liver"})
    result = algorithm.run(Case(*(Image(classes),) * 2, labels), parameters)
    named = {result.names[number] for number in np.unique(result.labels) if number}
    assert named == ({"liver"} if algorithm.spec.name == "largest" and not parameters else {"lung", "liver"})
