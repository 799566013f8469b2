"""What is no network of ours is refused, and nothing of it runs; a graph that says otherwise is not saved."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from coronal import BadModel, TrainingContext
from coronal.models.export import NotExported
from coronal_networks.classification import with_classes
from coronal_networks.cnn import cnn
from coronal_networks.engine import keras, quiet
from coronal_networks.export import onnx_export
from coronal_networks.export.runtime import KerasRuntime, onnx_runtime
from coronal_networks.rnn import rnn

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def saved(halves: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of a small network."""
    folder = tmp_path_factory.mktemp("saved")
    model = cnn.create({"epochs": 1, "filters": 2})
    model.fit(*halves(), TrainingContext())
    model.save(folder)
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.fixture
def model(saved: dict[str, bytes], tmp_path: Path) -> Path:
    """A folder with its files, to be changed."""
    for name, content in saved.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


@pytest.fixture
def rewrite(model: Path) -> Callable[..., None]:
    def change(**changes: Any) -> None:
        file = model / "model.json"
        file.write_text(json.dumps(json.loads(file.read_text()) | changes))

    return change


@pytest.mark.parametrize(
    ("algorithm", "parameters"),
    [(cnn, {}), (cnn, {"architecture": "residual"}), (rnn, {}), (rnn, {"cell": "lstm"})],
    ids=["small", "residual", "gru", "lstm"],
)
@pytest.mark.parametrize("shape", [(7, 9, 2), (3, 6, 5, 2)], ids=["plane", "volume"])
def test_the_graph_says_what_the_network_says(
    algorithm: Any, parameters: Any, shape: tuple[int, ...]
) -> None:
    inputs = keras().Input(shape)
    network = with_classes(inputs, algorithm.create(parameters)._seen(inputs, shape), 3, dropout=0.5)
    # What begins as 0 or 1 must show too when it stands in the wrong place.
    random = np.random.default_rng(0)
    for variable in network.trainable_variables:
        variable.assign(random.normal(0, 0.2, variable.shape))
    one, other = onnx_runtime(onnx_export.graph_of(network)), KerasRuntime(network)
    assert (one.input_shape, one.channels) == (other.input_shape, other.channels) == (shape, 3)
    values = random.normal(size=(40, *shape)).astype(np.float32)
    np.testing.assert_allclose(one.outputs(values), other.outputs(values), atol=1e-5)


def test_without_a_graph_that_says_the_same_the_network_itself_answers(
    halves: Any, reported: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnx_export, "_TOLERANCE", -1.0)
    images, classes = halves()
    made = cnn.create({"epochs": 1, "filters": 2})
    made.fit(images, classes, reported.context())
    assert any(line.startswith("no ONNX graph: its probabilities differ by") for line in reported.lines)
    assert made.caveats[0].startswith("it is served by Keras and not by ONNX Runtime")
    made.save(tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {"model.json", "model.keras"}
    assert cnn.load(tmp_path).predict(images) == made.predict(images)


def test_a_layer_that_is_not_known_is_reported() -> None:
    inputs = keras().Input((4, 1))
    network = keras().Model(inputs, keras().layers.LeakyReLU()(inputs))
    with pytest.raises(NotExported, match="a layer LeakyReLU isn't known"):
        onnx_export.exported(network, np.ones((1, 4, 1), np.float32))


def test_a_graph_is_taken_only_where_its_probabilities_are_numbers() -> None:
    inputs = keras().Input((2,), name="inputs")
    network = keras().Model(inputs, keras().layers.Softmax(name="probabilities")(inputs))
    samples = np.array([[0.0, 3.0]], np.float32)
    assert onnx_export.exported(network, samples).outputs(samples)[0, 1] > 0.9
    with pytest.raises(NotExported, match="it has no probability for each class"):
        onnx_export.exported(network, samples * np.nan)


@pytest.mark.parametrize(
    ("name", "content"),
    [("model.keras", None)]
    + [(name, content) for name in ("model.keras", "model.onnx") for content in (b"", b"no archive", b"cut")],
)
def test_a_broken_file_is_refused_without_a_path(model: Path, name: str, content: bytes | None) -> None:
    file = model / name
    if name == "model.keras":
        (model / "model.onnx").unlink()
    if content is None:
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:-4000] if content == b"cut" else content)
    with pytest.raises(BadModel, match=rf"{name} must be") as refused:
        cnn.load(model)
    assert str(model) not in str(refused.value)


@pytest.mark.parametrize("content", [None, "", "[]", '{"model": "Cnn"}'])
def test_a_broken_record_is_refused_without_a_path(model: Path, content: str | None) -> None:
    file = model / "model.json"
    file.unlink() if content is None else file.write_text(content)
    with pytest.raises(BadModel, match=r"model\.json must be the record of a model") as refused:
        cnn.load(model)
    assert str(model) not in str(refused.value)


def test_a_model_of_another_class_and_parameters_that_are_not_allowed_are_refused(
    model: Path, rewrite: Callable[..., None]
) -> None:
    with pytest.raises(BadModel, match="must be of Rnn, found 'Cnn'"):
        rnn.load(model)
    rewrite(parameters={"filters": 0})
    with pytest.raises(BadModel, match="filters must be a whole number"):
        cnn.load(model)


def test_a_record_of_more_classes_than_the_network_knows_is_refused(
    model: Path, rewrite: Callable[..., None]
) -> None:
    rewrite(classes=["above", "below", "aside"])
    with pytest.raises(BadModel, match="found one of other inputs or outputs"):
        cnn.load(model)


def test_a_network_that_would_run_a_function_is_refused(model: Path) -> None:
    inputs = keras().Input((6, 6, 1))
    network = keras().Model(inputs, keras().layers.Lambda(lambda values: values[..., 0, 0, :])(inputs))
    with quiet():
        network.save(str(model / "model.keras"))
    (model / "model.onnx").unlink()
    with pytest.raises(BadModel, match="must hold layers of Keras alone, found some of 'None'"):
        cnn.load(model)


def test_a_network_of_foreign_layers_is_refused_before_they_are_imported(model: Path) -> None:
    with zipfile.ZipFile(model / "model.keras") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(parts["config.json"])
    config["config"]["layers"][1] |= {"module": "this", "registered_name": "this>Layer"}
    with zipfile.ZipFile(model / "model.keras", "w") as archive:
        for name, part in (parts | {"config.json": json.dumps(config).encode()}).items():
            archive.writestr(name, part)
    (model / "model.onnx").unlink()
    with pytest.raises(BadModel, match="must hold layers of Keras alone, found some of 'this'"):
        cnn.load(model)
