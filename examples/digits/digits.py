"""Handwritten digits, distinguished by five classifiers: the classic first exercise, as jobs.

Run it beside a server (`coronal up`): ``python examples/digits/digits.py``.
"""

import argparse
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from coronal_client import Client, Job

SEED = 7
CLASSIFIERS = {
    "svm": {"C": 10.0},
    "decision-tree": {},
    "random-forest": {"n_estimators": 200},
    "cnn": {"epochs": 30},
    "rnn": {"epochs": 40},
}
"""What is trained, and what of its parameters isn't left as it is."""

SCALED = [{"normalize": {"method": "type-range"}}]
"""From 0 to 255 to 0 to 1: done to each image before a classifier sees it, in training and ever after."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", default="http://127.0.0.1:8000")
    parser.add_argument("--out", type=Path, default=Path("digits-reports"), help="where the reports go")
    parser.add_argument("--epochs", type=int, help="how often networks see each image; by default as above")
    wanted = parser.parse_args()
    with Client(wanted.server) as client:
        print_table(learn(client, wanted.out, wanted.epochs))


def learn(client: Client, out: Path, epochs: int | None = None) -> dict[str, Job]:
    """Train and test each classifier on the same images; give the jobs by the names of the classifiers."""
    with tempfile.TemporaryDirectory() as folder:
        added = client.add_dataset("digits", write_digits(Path(folder) / "digits.npz")).wait()
    jobs = {
        name: client.train(
            f"digits-{name}",
            classifier=name,
            parameters=in_epochs(parameters, epochs),
            dataset=added.published,
            preprocess=SCALED,
            seed=SEED,
        )
        for name, parameters in CLASSIFIERS.items()
    }
    for name, job in jobs.items():
        job.wait().results().save(out / name)
    return jobs


def in_epochs(parameters: dict[str, Any], epochs: int | None) -> dict[str, Any]:
    """Return the parameters of a classifier with other epochs, where it learns in epochs."""
    return {**parameters, "epochs": epochs} if epochs and "epochs" in parameters else parameters


def write_digits(path: Path) -> Path:
    """Write scikit-learn's digits, of 8 × 8 pixels, as Keras writes MNIST: with a fifth to test on."""
    digits = load_digits()
    images = np.round(digits.images * (255 / 16)).astype(np.uint8)
    parts = train_test_split(images, digits.target, test_size=0.2, stratify=digits.target, random_state=SEED)
    np.savez_compressed(path, **dict(zip(("x_train", "x_test", "y_train", "y_test"), parts, strict=True)))
    return path


def print_table(jobs: dict[str, Job]) -> None:
    """Print the accuracy of each classifier on unseen digits, with its confidence interval."""
    for name, job in jobs.items():
        print(f"{name:15} {job.results().report.metrics['accuracy']}")


if __name__ == "__main__":
    main()
