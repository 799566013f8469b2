"""How fast a batch of 1,000 small images is classified by a CNN over HTTP, and what it is compared with.

The images are handwritten digits of 28 × 28 pixels. The obvious way is Keras's ``predict()``, called for one
image after another; the limit is ONNX Runtime on all of them, 32 at a time, in one process. Neither reads an
image, is asked by anybody, or keeps an answer. A batch does all of that for each of its jobs, and is timed
from the first byte that is sent until its last job is at its end. Run it with
``python benchmarks/classified_batch.py`` in the environment of `make install`; it starts a server of its own
and takes about two minutes.
"""

import argparse
import io
import sys
import tempfile
import time
import zipfile
from multiprocessing import get_context
from pathlib import Path
from statistics import median

import numpy as np
import PIL.Image
from light_jobs import Server
from numpy.typing import NDArray
from serving import INPUTS, digits, learn, runtime_of

from coronal import Image
from coronal_client import Client

AT_ONCE = 32
ONE_BY_ONE = 100
"""So many are enough to tell how fast ``predict()`` is."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=1_000, help="how many a batch has")
    parser.add_argument("--rounds", type=int, default=3)
    wanted = parser.parse_args()
    images, classes = digits()
    with (
        tempfile.TemporaryDirectory() as folder,
        get_context("spawn").Pool(1) as keras,
        Server() as client,
    ):
        model = Path(folder, "model")
        keras.apply(learn, ("cnn", model))
        train(client, images, classes, Path(folder, "digits.zip"))
        sent = [png(image) for image in images[: wanted.images]]
        values = np.stack([image.pixels for image in images[: wanted.images]])[..., np.newaxis]
        by_batch(client, sent[:20])
        ratios = []
        for number in range(1, wanted.rounds + 1):
            one_by_one = keras.apply(by_keras, (model, values[:ONE_BY_ONE]))
            limit, batch = by_runtime(model, values.astype(np.float32)), by_batch(client, sent)
            print(
                f"round {number}: predict() {one_by_one:.0f}, runtime {limit:.0f}, batch {batch:.0f} images/s"
            )
            ratios.append(batch / one_by_one)
    print(f"A batch is {median(ratios):.1f} times as fast as predict() (median of {len(ratios)} rounds)")
    return 0


def train(client: Client, images: list[Image], classes: list[str], path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for number, (image, label) in enumerate(zip(images, classes, strict=True)):
            archive.writestr(f"{label}/{number}.png", png(image))
    dataset = client.add_dataset("digits", path).wait().published
    client.train("digits", classifier="cnn", parameters={"epochs": 3}, dataset=dataset).wait()


def by_batch(client: Client, images: list[bytes]) -> float:
    began = time.perf_counter()
    pipeline = {"stages": [{"classify": {"model": "digits"}}], "results": ["measurements"]}
    batch = client.submit_batch(images, pipeline).wait()
    took_s = time.perf_counter() - began
    assert batch.counts["succeeded"] == len(images)
    batch.delete()
    return len(images) / took_s


def by_keras(model: Path, values: NDArray[np.uint8]) -> float:
    from coronal_networks.engine import keras  # noqa: PLC0415 - only here is TensorFlow loaded

    with zipfile.ZipFile(model) as archive, tempfile.TemporaryDirectory() as folder:
        network = keras().saving.load_model(archive.extract("model.keras", folder))
    network.predict(values[:1], verbose=0)
    began = time.perf_counter()
    for one in values:
        network.predict(one[np.newaxis], verbose=0)
    return len(values) / (time.perf_counter() - began)


def by_runtime(model: Path, values: NDArray[np.float32]) -> float:
    run = runtime_of(model)
    run(np.zeros(INPUTS["cnn"], np.float32))
    began = time.perf_counter()
    for start in range(0, len(values), AT_ONCE):
        run(values[start : start + AT_ONCE])
    return len(values) / (time.perf_counter() - began)


def png(image: Image) -> bytes:
    file = io.BytesIO()
    PIL.Image.fromarray(image.pixels).save(file, "PNG")
    return file.getvalue()


if __name__ == "__main__":
    sys.exit(main())
