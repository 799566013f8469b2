"""Values on a command line."""

import pytest
import typer

from coronal_client.cli.commands.values import choices_of, parameters_of
from coronal_client.cli.commands.versions import exactly


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3),
        ("0.5", 0.5),
        ("1e-3", 0.001),
        ("true", True),
        ("null", None),
        ("rbf", "rbf"),
        ('"3"', "3"),
        ("[16, 32]", [16, 32]),
        ("[16,", "[16,"),
        ("a=b", "a=b"),
        ("NaN", "NaN"),
        ("-Infinity", "-Infinity"),
    ],
)
def test_a_value_is_json_where_it_can_be_else_a_text(text: str, value: object) -> None:
    assert parameters_of([f"name={text}"]) == {"name": value}


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1,2", [1, 2]),
        ("rbf,linear", ["rbf", "linear"]),
        ("sqrt,0.5", ["sqrt", 0.5]),
        ("[16],[16, 32]", [[16], [16, 32]]),
        ("3", [3]),
    ],
)
def test_several_values_are_parted_by_commas(text: str, values: list[object]) -> None:
    assert choices_of([f"name={text}"]) == {"name": values}


@pytest.mark.parametrize("option", ["C", "=1", "C="])
def test_what_is_no_pair_is_refused(option: str) -> None:
    for read in (parameters_of, choices_of):
        with pytest.raises(typer.BadParameter, match="name=value"):
            read([option])


@pytest.mark.parametrize("argument", ["digits", "digits@", "digits@production", "@3"])
def test_a_version_that_is_removed_or_promoted_is_reported_by_its_number(argument: str) -> None:
    assert exactly("digits@3") == ("digits", 3)
    with pytest.raises(typer.BadParameter, match="NAME@VERSION"):
        exactly(argument)
