"""A model is shown with what its user must know."""

import io
from datetime import UTC, datetime

from rich.console import Console

from coronal_client.cli.display.models import show_model
from coronal_client.cli.display.screen import Screen
from coronal_client.learning.versions import Version


def test_the_caveats_of_a_model_are_shown() -> None:
    written = io.StringIO()
    facts = {
        "algorithm": "svm",
        "kind": "classifier",
        "caveats": ["its probabilities are rough", "it is slow"],
    }
    version = Version("models", "cells", 2, "ab" * 32, 9, datetime(2026, 1, 1, tzinfo=UTC), facts, {})
    show_model(Screen(is_json=False, results=Console(file=written, width=200)), version)
    assert "caveats:     its probabilities are rough; it is slow\n" in written.getvalue()
