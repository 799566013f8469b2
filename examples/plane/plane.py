"""Which plane is this slice? Four classifiers on unequal classes, compared in one report.

Run it beside a server (`coronal up`): ``python examples/plane/plane.py``.
"""

import argparse
import tempfile
from pathlib import Path
from typing import Any

from slices import write_slices

from coronal_client import Client, Results

SEED = 3
CLASSIFIERS = {
    "svm": {"features": ["hog"], "cells": 8},
    "random-forest": {"features": ["hog"], "cells": 8, "n_estimators": 300},
    "cnn": {"epochs": 20, "augmentation": ["shift", "contrast"]},
    "rnn": {"epochs": 40, "size": 32, "augmentation": ["shift", "contrast"]},
}
"""What is trained, and what of its parameters isn't left as it is."""

SCALED = [{"normalize": {"method": "type-range"}}]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", default="http://127.0.0.1:8000")
    parser.add_argument("--out", type=Path, default=Path("plane-report"), help="where the report goes")
    parser.add_argument("--epochs", type=int, help="how often networks see each image; by default as above")
    wanted = parser.parse_args()
    with Client(wanted.server) as client:
        results = compare(client, wanted.epochs)
        results.save(wanted.out)
        print_table(results)
    print(f"report: {wanted.out / 'report.html'}")


def compare(client: Client, epochs: int | None = None) -> Results:
    """Train each classifier on the same slices, and evaluate all of them on those that none has seen."""
    with tempfile.TemporaryDirectory() as folder:
        added = client.add_dataset("planes", write_slices(Path(folder) / "planes.zip")).wait()
    jobs = [
        client.train(
            f"plane-{name}",
            classifier=name,
            parameters=in_epochs(parameters, epochs),
            dataset=added.published,
            preprocess=SCALED,
            split={"test": 0.3, "validation": 0.1},
            seed=SEED,
        )
        for name, parameters in CLASSIFIERS.items()
    ]
    first, *others = [job.wait().published for job in jobs]
    return client.evaluate(first, added.published, against=others).wait().results()


def in_epochs(parameters: dict[str, Any], epochs: int | None) -> dict[str, Any]:
    """Return the parameters of a classifier with other epochs, where it learns in epochs."""
    return {**parameters, "epochs": epochs} if epochs and "epochs" in parameters else parameters


def print_table(results: Results) -> None:
    """Print how well each does, the rarest class for itself."""
    for model in (results.report, *results.report.others):
        rare = min((row for row in model.per_class if row.support), key=lambda row: row.support)
        balanced = model.metrics["balanced_accuracy"]
        print(f"{model.model:24} balanced accuracy {balanced}, {rare.name} found {rare.metrics['recall']}")


if __name__ == "__main__":
    main()
