"""P5 and P6: classifying a batch of 1,000 small images through HTTP.

The images are handwritten digits of 28 × 28 pixels. The obvious way is a call for one image after another:
Keras's ``predict()``, or that of scikit-learn. The limit is the best that a runtime does with one thread:
``tf.function`` or ONNX Runtime, one by one or 32 at a time. None of these reads files, serves requests or
stores results. A batch does all of that for each of its jobs, and is timed from the first byte sent until its
last job has finished.
"""

import tempfile
import zipfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier
from sklearn.svm import SVC

from benchmarks.keras_calls import per_second_by_function, per_second_by_predict
from benchmarks.models import EPOCHS, INPUTS, LEARNED_FROM, digits, png, runtime_of, train
from benchmarks.plain import plain_processes
from benchmarks.records import Effort, Record, at_least, ratio_record
from benchmarks.server import CpuProfile, running_server
from benchmarks.windows import interleaved, per_second
from coronal_client import Client

__all__ = ["measure"]

AT_ONCE = 32
SLOW = 60
"""Number of images that are enough to time a slow call."""

TIMEOUT_S = 600
CLASSIFIERS: dict[str, dict[str, Any]] = {"cnn": {"epochs": EPOCHS}, "random-forest": {}, "svm": {}}


def measure(effort: Effort) -> list[Record]:
    """Measure batches, single calls and runtimes in the same rounds."""
    images, classes = digits()
    count = effort.count(1_000)
    with ExitStack() as ends:
        folder = Path(ends.enter_context(tempfile.TemporaryDirectory()))
        keras = ends.enter_context(plain_processes(1, tuned=False))
        model = folder / "model"
        keras.apply(train, ("cnn", model))
        server = ends.enter_context(running_server())
        client = ends.enter_context(Client(server.url))
        _train(client, [png(image) for image in images], classes, folder / "digits.zip")
        sent = [png(image) for image in images[:count]]
        values = np.stack([image.pixels for image in images]).astype(np.float32)
        seen = values[:count].reshape(INPUTS["cnn"])
        runtime, _ = runtime_of(model)
        contenders: dict[str, Callable[[], float]] = {
            "predict() one by one": partial(keras.apply, per_second_by_predict, (model, seen[:SLOW])),
            "tf.function one by one": partial(keras.apply, per_second_by_function, (model, seen, 1)),
            f"tf.function, {AT_ONCE} at a time": partial(
                keras.apply, per_second_by_function, (model, seen, AT_ONCE)
            ),
            "ONNX Runtime one by one": partial(_calls, runtime, seen, 1),
            f"ONNX Runtime, {AT_ONCE} at a time": partial(_calls, runtime, seen, AT_ONCE),
        }
        for name, call in _of_scikit_learn(values, classes).items():
            contenders[f"{name} one by one"] = partial(_calls, call, values[:SLOW].reshape(SLOW, -1), 1)
        profile = CpuProfile(server)
        for name in CLASSIFIERS:
            _batch(client, name, sent[:20])
            contenders[f"Coronal, {name}"] = partial(
                profile.during, count, partial(_batch, client, name, sent)
            )
        windows = interleaved(contenders, effort.rounds)
    title = f"a batch of {count:,} small images"
    runtimes = [name for name in contenders if name.startswith(("tf.function", "ONNX"))]
    best = max(runtimes, key=lambda name: median(windows[name]))
    own = "Coronal, cnn"
    return [
        ratio_record(
            "P5",
            f"{title}, CNN",
            windows,
            (own, "predict() one by one"),
            target=at_least(100),
            note=str(profile),
        ),
        ratio_record(
            "P5", f"{title}, CNN, beside the best runtime", windows, (own, best), target=at_least(0.8)
        ),
        *(
            ratio_record("P5", f"{name} beside predict()", windows, (name, "predict() one by one"))
            for name in runtimes
        ),
        *(
            ratio_record(
                "P6",
                f"{title} through HTTP, {name}",
                windows,
                (f"Coronal, {name}", f"{name} one by one"),
                target=at_least(limit),
            )
            for name, limit in (("random-forest", 50), ("svm", 3))
        ),
    ]


def _train(client: Client, images: list[bytes], classes: list[str], path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for number, (image, label) in enumerate(zip(images, classes, strict=True)):
            archive.writestr(f"{label}/{number}.png", image)
    dataset = client.add_dataset("digits", path).wait(TIMEOUT_S).published
    for name, parameters in CLASSIFIERS.items():
        client.train(name, classifier=name, parameters=parameters, dataset=dataset).wait(TIMEOUT_S)


def _batch(client: Client, model: str, images: Sequence[bytes]) -> float:
    pipeline = {"stages": [{"classify": {"model": model}}], "results": ["measurements"]}
    batch = None

    def finish() -> None:
        nonlocal batch
        batch = client.submit_batch(images, pipeline).wait(TIMEOUT_S)

    rate = per_second(len(images), finish)
    if batch is None or batch.counts["succeeded"] != len(images):
        raise RuntimeError("not every job of a batch has succeeded")
    batch.delete()
    return rate


def _of_scikit_learn(
    values: NDArray[np.float32], classes: list[str]
) -> dict[str, Callable[[NDArray[np.float32]], object]]:
    """Return the plain estimators' ``predict``, for rows of pixels, trained on the first digits."""
    rows = values[:LEARNED_FROM].reshape(LEARNED_FROM, -1)
    estimators = {"random-forest": RandomForestClassifier(random_state=0), "svm": SVC(random_state=0)}
    return {
        name: estimator.fit(rows, classes[:LEARNED_FROM]).predict for name, estimator in estimators.items()
    }


def _calls(call: Callable[[NDArray[np.float32]], object], values: NDArray[np.float32], at_once: int) -> float:
    def call_all() -> None:
        for start in range(0, len(values), at_once):
            call(values[start : start + at_once])

    call(values[:at_once])
    return per_second(len(values), call_all)
