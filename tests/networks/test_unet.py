"""The U-Net learns to segment real nuclei, and is what it was when it is loaded."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
from numpy.typing import NDArray
from pydantic import JsonValue
from skimage import filters

from coronal import (
    BadImage,
    BadModel,
    BadTrainingSet,
    Examples,
    Geometry,
    Image,
    LabelMap,
    Meaning,
    TrainingContext,
)
from coronal_networks.unet import UNet, unet

pytestmark = pytest.mark.slow

SIDE = 42
NAMES = {3: "nucleus"}
SMALL: dict[str, JsonValue] = {"epochs": 4, "depth": 1, "filters": 2, "batch_size": 2}

Pairs = Sequence[tuple[Image, LabelMap]]


@dataclass
class Memory:
    """A checkpoint that outlives the training that wrote it."""

    content: bytes | None = None

    def load(self) -> bytes | None:
        return self.content

    def save(self, content: bytes) -> None:
        self.content = content


@dataclass(frozen=True)
class Nuclei:
    """A photograph of nuclei, parted by Otsu's threshold, whole and in tiles."""

    whole: tuple[Image, LabelMap]
    learned: Pairs
    validation: Pairs
    unseen: Pairs


@dataclass
class Trained:
    model: UNet
    curve: list[dict[str, float]] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    progress: list[float] = field(default_factory=list)


def pair(pixels: NDArray[np.generic], mask: NDArray[np.bool_], **image: Any) -> tuple[Image, LabelMap]:
    made = Image(pixels, Geometry(spacing_mm=(0.5, 0.5)), **image)
    return made, LabelMap.of(made, mask * min(NAMES), NAMES)


@pytest.fixture(scope="module")
def nuclei(image_of: Callable[[str, str], Path]) -> Nuclei:
    with PIL.Image.open(image_of("mahotas", "demos/data/nuclear.png")) as photograph:
        pixels = np.asarray(photograph.convert("L").reduce(4))
    bright = np.log1p(filters.gaussian(pixels.astype(np.float64), 1))
    mask = bright > filters.threshold_otsu(bright)
    rows, columns = (range(0, length - SIDE + 1, SIDE) for length in pixels.shape)
    boxes = [np.s_[y : y + SIDE, x : x + SIDE] for y in rows for x in columns]
    tiles = [pair(pixels[box], mask[box]) for box in boxes]
    learned = [tile for place, tile in enumerate(tiles) if place % 3 == 1]
    return Nuclei(pair(pixels, mask), learned, tiles[::3], tiles[2::3])


@pytest.fixture(scope="module")
def trained(nuclei: Nuclei) -> Trained:
    model = unet.create(
        {"epochs": 12, "depth": 2, "filters": 8, "learning_rate": 0.01, "augmentation": ["flip", "contrast"]}
    )
    one = Trained(model)
    context = TrainingContext(
        seed=1,
        progress=one.progress.append,
        log=one.log.append,
        measure=lambda measured: one.curve.append(dict(measured)),
        validation=examples(nuclei.validation),
    )
    model.fit(*parted(nuclei.learned), context)
    return one


def parted(pairs: Pairs) -> tuple[list[Image], list[LabelMap]]:
    return [image for image, _ in pairs], [label_map for _, label_map in pairs]


def examples(pairs: Pairs) -> Examples[LabelMap]:
    return Examples(*parted(pairs))


def dice(found: Sequence[LabelMap], drawn: Sequence[LabelMap]) -> float:
    pairs = [(one.labels > 0, other.labels > 0) for one, other in zip(found, drawn, strict=True)]
    both = sum(int((one & other).sum()) for one, other in pairs)
    return 2 * both / sum(int(one.sum() + other.sum()) for one, other in pairs)


def squares(count: int = 6, side: int = 12) -> Pairs:
    """Make small images with a bright square each."""
    random = np.random.default_rng(0)
    made = []
    for _ in range(count):
        y, x = random.integers(0, side - 6, 2)
        mask = np.zeros((side, side), np.bool_)
        mask[y : y + 6, x : x + 6] = True
        made.append(pair((30 + 150 * mask + random.integers(0, 20, mask.shape)).astype(np.uint8), mask))
    return made


def test_it_draws_nuclei_on_tiles_that_it_has_not_seen(trained: Trained, nuclei: Nuclei) -> None:
    images, drawn = parted(nuclei.unseen)
    found = trained.model.predict(images)

    assert all(one.lies_on(image) for one, image in zip(found, images, strict=True))
    assert {int(label) for one in found for label in np.unique(one.labels)} == {0, 3}
    assert all(one.names == NAMES for one in found)
    assert dice(found, drawn) > 0.85


def test_it_draws_on_an_image_larger_than_any_that_it_learned_from(trained: Trained, nuclei: Nuclei) -> None:
    image, drawn = nuclei.whole
    assert dice(trained.model.predict([image]), [drawn]) > 0.85


@pytest.mark.parametrize("shape", [(1, 1), (3, 50), (300, 7)], ids=str)
def test_an_image_of_any_size_has_its_label_map_on_its_own_grid(
    trained: Trained, shape: tuple[int, ...]
) -> None:
    image = Image(np.zeros(shape, np.uint8), Geometry(spacing_mm=(2.0, 3.0)))
    (found,) = trained.model.predict([image])
    assert found.lies_on(image)


def test_it_tells_loss_and_dice_of_each_epoch(trained: Trained) -> None:
    assert [measured["epoch"] for measured in trained.curve] == list(range(1, len(trained.curve) + 1))
    assert set(trained.curve[0]) == {
        *("epoch", "epochs", "loss", "dice", "validation_loss", "validation_dice"),
    }
    assert trained.curve[-1]["validation_dice"] > trained.curve[0]["validation_dice"]
    assert trained.progress[-1] == 1.0
    assert not trained.log


def test_it_is_saved_as_plain_files_and_draws_the_same_when_it_is_loaded(
    trained: Trained, nuclei: Nuclei, tmp_path: Path
) -> None:
    images, _ = parted(nuclei.unseen)
    trained.model.save(tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {"model.json", "model.keras", "model.onnx"}
    again = unet.load(tmp_path)
    for one, other in zip(again.predict(images), trained.model.predict(images), strict=True):
        np.testing.assert_array_equal(one.labels, other.labels)
        assert one.names == other.names
    changed = [
        name for name, value in vars(trained.model).items() if name != "fitted" and vars(again)[name] != value
    ]
    assert not changed


def test_its_graph_draws_what_the_network_itself_draws(
    trained: Trained, nuclei: Nuclei, tmp_path: Path
) -> None:
    trained.model.save(tmp_path)
    (tmp_path / "model.onnx").unlink()
    images, _ = parted(nuclei.unseen)
    pairs = zip(unet.load(tmp_path).predict(images), trained.model.predict(images), strict=True)
    different = sum(int((one.labels != other.labels).sum()) for one, other in pairs)
    assert different <= 1e-3 * sum(image.pixels.size for image in images)


ASK = """
import sys
from pathlib import Path
import numpy as np
from coronal import Image
from coronal_networks.unet import unet
(found,) = unet.load(Path(sys.argv[1])).predict([Image(np.eye(20, dtype=np.uint8))])
sys.exit(found.shape != (20, 20) or "tensorflow" in sys.modules or "keras" in sys.modules)
"""


def test_it_is_asked_without_tensorflow(trained: Trained, tmp_path: Path) -> None:
    trained.model.save(tmp_path)
    assert subprocess.run([sys.executable, "-c", ASK, str(tmp_path)], check=False).returncode == 0


class Killed(Exception):
    """Stands for the end of the process."""


def test_a_training_that_was_killed_goes_on_and_comes_to_the_same(tmp_path: Path) -> None:
    parameters = SMALL | {"augmentation": ["flip", "rotate", "shift", "contrast"]}
    pairs = squares()
    validation = examples(squares(3))

    def fitted(memory: Memory, dies_after: float) -> list[float]:
        epochs: list[float] = []

        def measure(measured: Any) -> None:
            epochs.append(measured["epoch"])
            if measured["epoch"] == dies_after:
                raise Killed

        model = unet.create(parameters)
        model.fit(
            *parted(pairs),
            TrainingContext(seed=2, measure=measure, checkpoint=memory, validation=validation),
        )
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        model.save(folder)
        return epochs

    memory = Memory()
    with pytest.raises(Killed):
        fitted(memory, dies_after=2)
    assert memory.content is not None
    assert fitted(memory, dies_after=0) == fitted(Memory(), dies_after=0) == [1, 2, 3, 4]
    resumed, whole = (
        {file.name: file.read_bytes() for file in (tmp_path / name).iterdir()} for name in ("0", "1")
    )
    assert resumed == whole


def test_what_was_cancelled_has_learned_nothing(tmp_path: Path) -> None:
    model = unet.create(SMALL)
    model.fit(*parted(squares()), TrainingContext(is_cancelled=lambda: True))
    for ask in (lambda: model.predict([squares()[0][0]]), lambda: model.save(tmp_path)):
        with pytest.raises(RuntimeError, match="must be fitted or loaded"):
            ask()


COLOUR = pair(np.zeros((12, 12, 3), np.uint8), np.zeros((12, 12), np.bool_), has_channels=True)
DEEP = pair(np.zeros((12, 12), np.uint16), np.ones((12, 12), np.bool_))
IMAGE, DRAWN = squares()[0]


@pytest.mark.parametrize(
    ("pairs", "fault"),
    [
        ([], "each image must have a label map, found 0 and 0"),
        ([(IMAGE, DRAWN.with_labels(0 * DRAWN.labels))], "must have a label"),
        (
            [(IMAGE, DRAWN), COLOUR],
            r"first of 2-D, 1 channel, 8-bit intensity and image 2 of 2-D, 3 channels",
        ),
        ([(IMAGE, DRAWN), DEEP], r"image 2 of 2-D, 1 channel, 16-bit intensity"),
        ([(IMAGE, LabelMap(DRAWN.labels[1:]))], r"found image 1 of \(12, 12\) with one of \(11, 12\)"),
        ([(IMAGE, LabelMap(DRAWN.labels))], "with one in another place"),
        (
            [(IMAGE, LabelMap.of(IMAGE, np.arange(144).reshape(12, 12)))],
            "at most 64 classes, not objects one by one; found 143",
        ),
        (
            [(IMAGE, DRAWN), (IMAGE, LabelMap.of(IMAGE, DRAWN.labels, {3: "cell"}))],
            "a label must mean the same in all label maps, found two names of 3",
        ),
    ],
)
def test_what_nothing_can_be_learned_from_is_refused(pairs: Pairs, fault: str) -> None:
    with pytest.raises(BadTrainingSet, match=fault):
        unet.create({}).fit(*parted(pairs), TrainingContext())


def test_validation_images_of_another_kind_are_refused() -> None:
    context = TrainingContext(validation=examples([DEEP]))
    with pytest.raises(BadTrainingSet, match="the validation images must be like the others, 2-D, 1 channel"):
        unet.create(SMALL).fit(*parted(squares()), context)


@pytest.mark.parametrize(
    ("image", "found"),
    [
        (COLOUR[0], "2-D, 3 channels, 8-bit intensity"),
        (DEEP[0], "2-D, 1 channel, 16-bit intensity"),
        (Image(np.zeros((4, 12, 12), np.uint8)), "3-D, 1 channel, 8-bit intensity"),
        (Image(np.zeros((12, 12), np.uint8), meaning=Meaning.HOUNSFIELD), "2-D, 1 channel, HU"),
    ],
    ids=["colour", "16 bits", "a volume", "Hounsfield units"],
)
def test_an_image_of_another_kind_is_refused(trained: Trained, image: Image, found: str) -> None:
    with pytest.raises(BadImage, match=f"learned from, 2-D, 1 channel, 8-bit intensity; found {found}"):
        trained.model.predict([image])


def test_a_value_that_is_no_number_is_refused() -> None:
    with pytest.raises(BadImage, match="each value must be a number"):
        unet.create({}).fit(*parted([pair(np.full((4, 4), np.nan), np.eye(4) > 0)]), TrainingContext())


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda record: record | {"model": "Cnn"}, "the model must be of UNet, found 'Cnn'"),
        (lambda record: record | {"parameters": {"depth": 99}}, "parameters that are allowed: depth must be"),
        (lambda record: record | {"preparation": {}}, "must be the record of a model, found ValidationError"),
        (
            lambda record: (
                record | {"preparation": record["preparation"] | {"classes": {"labels": [3, 4], "names": {}}}}
            ),
            "the network must be that of this model",
        ),
    ],
    ids=["another class", "parameters", "no preparation", "more labels"],
)
def test_files_that_are_of_no_unet_are_refused(
    trained: Trained, tmp_path: Path, change: Callable[[Any], Any], fault: str
) -> None:
    trained.model.save(tmp_path)
    record = tmp_path / "model.json"
    record.write_text(json.dumps(change(json.loads(record.read_text()))))
    with pytest.raises(BadModel, match=fault):
        unet.load(tmp_path)


def test_a_network_of_another_model_is_refused(trained: Trained, tmp_path: Path) -> None:
    volume = Image(np.random.default_rng(0).integers(0, 255, (4, 6, 6)).astype(np.uint8))
    other = unet.create({"epochs": 1, "depth": 1, "filters": 1})
    other.fit([volume], [LabelMap.of(volume, volume.pixels > 128)], TrainingContext())
    for name, model in (("own", trained.model), ("other", other)):
        (tmp_path / name).mkdir()
        model.save(tmp_path / name)
    shutil.copy(tmp_path / "other" / "model.onnx", tmp_path / "own" / "model.onnx")
    with pytest.raises(BadModel, match="the network must be that of this model"):
        unet.load(tmp_path / "own")
