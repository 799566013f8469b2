"""What the check of words finds, tried on a few lines; `make check` runs it over the tree."""

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

CHECK = Path(__file__).with_name("check_words.py")
Faults = Callable[[Path, str], Iterator[tuple[int, str]]]


@pytest.fixture(scope="module")
def faults() -> Faults:
    spec = importlib.util.spec_from_file_location("check_words", CHECK)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Faults = module.faults
    return found


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        (
            "a.md",
            "one\nThe job is " + "to" + "ld so.",
            (2, "'to" + "ld' should be reported, said, given, stated"),
        ),
        (
            "a.lua",
            "-- rings the door" + "bell",
            (1, "'door" + "bell' should be (job) notification, to notify"),
        ),
        ("a.py", "_MO" + "ST_ROWS = 3", (1, "'_MO" + "ST_ROWS' should be MAX_…")),
        ("a.md", "CORONAL_LEA" + "ST_BYTES", (1, "'CORONAL_LEA" + "ST_BYTES' should be MIN_…")),
        ("a.py", "rows[:_MO" + "ST] + 1", (1, "'_MO" + "ST' should be MAX_…")),
        ("a.py", "class A:\n    small" + "est: float\n", (2, "'    small" + "est: ' should be min_…")),
        (
            "a.py",
            'def size():\n    """The size."""',
            (1, "the docstring of size must begin with a verb, found 'The'"),
        ),
    ],
)
def test_a_word_with_a_better_one_is_named_with_it(
    faults: Faults, name: str, text: str, fault: tuple[int, str]
) -> None:
    assert list(faults(Path(name), text)) == [fault]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.md", "It to" + "ld apart what the hopeful and the almost shallow couldn't."),
        ("a.py", 'def size():\n    """Return the size."""'),
        ("a.py", '@property\ndef size():\n    """The size."""'),
        ("tests/a.py", 'def size():\n    """The size."""'),
    ],
)
def test_what_is_well_said_passes(faults: Faults, name: str, text: str) -> None:
    assert list(faults(Path(name), text)) == []
