"""The estimator of a fitted model, as it lies in its files."""

from pathlib import Path
from typing import Any

import skops.io


def read_saved(folder: Path) -> Any:
    """Return scikit-learn's estimator of a model that was saved into a folder."""
    file = folder / "model.skops"
    return skops.io.load(file, trusted=skops.io.get_untrusted_types(file=file))
