"""Every algorithm of every member keeps the contract, with its own defaults or what it must be given."""

from importlib.metadata import EntryPoint
from typing import Any

import pytest
from offered import MEMBERS, entry_points_of, given_to, offered_by

from coronal import Algorithm
from coronal.testing import check_algorithm

TRAINABLE = ("classifiers",)

every_algorithm = pytest.mark.parametrize(
    "algorithm",
    [algorithm for member in MEMBERS for algorithm in offered_by(member)],
    ids=lambda algorithm: algorithm.spec.name,
)
every_entry_point = pytest.mark.parametrize(
    "point",
    [point for member in (*MEMBERS, *TRAINABLE) for point in entry_points_of(member)],
    ids=lambda point: point.name,
)


@every_algorithm
def test_it_keeps_the_contract(algorithm: Algorithm[..., Any]) -> None:
    check_algorithm(algorithm, given_to(algorithm.spec.name))


@every_algorithm
def test_it_says_what_it_takes_and_gives_and_where_it_comes_from(algorithm: Algorithm[..., Any]) -> None:
    headings = ("Parameters", "Returns", "Notes")
    missing = [h for h in headings if f"\n{h}\n{'-' * len(h)}\n" not in algorithm.spec.description]
    assert not missing


@pytest.mark.parametrize(
    "classifier",
    [classifier for member in TRAINABLE for classifier in offered_by(member)],
    ids=lambda classifier: classifier.spec.name,
)
def test_a_classifier_says_what_it_is_made_from_and_where_it_comes_from(classifier: Any) -> None:
    headings = ("Parameters", "Notes")
    missing = [h for h in headings if f"\n{h}\n{'-' * len(h)}\n" not in classifier.spec.description]
    assert not missing
    assert classifier.spec.needs_model


@every_entry_point
def test_an_entry_point_is_called_as_its_algorithm_and_so_is_its_file(point: EntryPoint) -> None:
    assert point.load().spec.name == point.name
    assert point.module.rpartition(".")[2] == point.name.replace("-", "_")
