"""Every algorithm of every member keeps the contract, with its own defaults or what it must be given."""

from importlib.metadata import EntryPoint
from typing import Any

import pytest
from offered import MEMBERS, entry_points_of, given_to, offered_by
from pydantic import JsonValue
from pydantic_core import to_jsonable_python

from coronal import Algorithm, Kind, TrainableAlgorithm
from coronal.algorithms.parameters import check
from coronal.testing import check_algorithm, check_segmenter
from coronal_jobs.pipeline.validation import wrong_parameter

ALL = (*MEMBERS, "classifiers", "networks")
OFFERED = [one for member in ALL for one in offered_by(member)]
TRAINABLE = [one for one in OFFERED if isinstance(one, TrainableAlgorithm)]
SEGMENTERS = [one for one in TRAINABLE if one.spec.kind is Kind.SEGMENTER]

QUICK: dict[str, dict[str, JsonValue]] = {
    "unet": {"epochs": 12, "depth": 1, "filters": 4, "learning_rate": 0.02}
}
"""What a segmenter is given so that it learns small squares in seconds."""

SLOW = ("brain", "active-contour", "chan-vese", "frangi", "resize", "sato")
"""Whose check takes seconds."""

every_algorithm = pytest.mark.parametrize(
    "algorithm",
    [
        pytest.param(one, id=one.spec.name, marks=[pytest.mark.slow] if one.spec.name in SLOW else [])
        for one in OFFERED
        if isinstance(one, Algorithm)
    ],
)
every_entry_point = pytest.mark.parametrize(
    "point", [point for member in ALL for point in entry_points_of(member)], ids=lambda point: point.name
)


@every_algorithm
def test_it_keeps_the_contract(algorithm: Algorithm[..., Any]) -> None:
    check_algorithm(algorithm, given_to(algorithm.spec.name))


@every_algorithm
def test_it_accepts_the_parameters_of_its_provenance(algorithm: Algorithm[..., Any]) -> None:
    given = check(algorithm.declaration.parameters, given_to(algorithm.spec.name))
    reported = to_jsonable_python(given)
    assert wrong_parameter(algorithm.spec.parameters, reported) is None
    assert check(algorithm.declaration.parameters, reported) == given


@every_algorithm
def test_it_says_what_it_takes_and_gives_and_where_it_comes_from(algorithm: Algorithm[..., Any]) -> None:
    headings = ("Parameters", "Returns", "Notes")
    missing = [h for h in headings if f"\n{h}\n{'-' * len(h)}\n" not in algorithm.spec.description]
    assert not missing


@pytest.mark.slow
@pytest.mark.parametrize("segmenter", SEGMENTERS, ids=lambda segmenter: segmenter.spec.name)
def test_a_segmenter_that_learns_keeps_the_contract(segmenter: TrainableAlgorithm[Any]) -> None:
    check_segmenter(segmenter, QUICK.get(segmenter.spec.name))


@pytest.mark.parametrize("learner", TRAINABLE, ids=lambda learner: learner.spec.name)
def test_what_learns_says_what_it_is_made_from_and_where_it_comes_from(
    learner: TrainableAlgorithm[Any],
) -> None:
    headings = ("Parameters", "Notes")
    missing = [h for h in headings if f"\n{h}\n{'-' * len(h)}\n" not in learner.spec.description]
    assert not missing
    assert learner.spec.needs_model


@every_entry_point
def test_an_entry_point_is_called_as_its_algorithm_and_so_is_its_file(point: EntryPoint) -> None:
    assert point.load().spec.name == point.name
    assert point.module.rpartition(".")[2] == point.name.replace("-", "_")
