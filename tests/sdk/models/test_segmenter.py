import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Self

import numpy as np
import pytest

from coronal import (
    BadDeclaration,
    BadImage,
    BadParameter,
    BadTrainingSet,
    Geometry,
    Image,
    Kind,
    LabelMap,
    Parameter,
    Plugins,
    Segmenter,
    TrainableAlgorithm,
    TrainingContext,
    segmenter,
)
from coronal.testing import check_segmenter

Position = Annotated[float, Parameter("Where between the two means it parts.", above=0, below=1)]
Context = TrainingContext[LabelMap]


class Between(Segmenter):
    """Part what is brighter than halfway between the mean of what is drawn and that of the ground."""

    def __init__(self, position: Position = 0.5) -> None:
        self.position = position
        self.level = 0.0
        self.names: dict[int, str] = {}

    def fit(self, images: Sequence[Image], label_maps: Sequence[LabelMap], context: Context) -> None:
        drawn = np.stack([one.labels > 0 for one in label_maps])
        if not drawn.any():
            raise BadTrainingSet("something must be drawn, found nothing")
        values = np.stack([image.pixels for image in images])
        ground, inside = values[~drawn].mean(), values[drawn].mean()
        self.level = float(ground + self.position * (inside - ground))
        self.names = dict(label_maps[0].names)

    def predict(self, images: Sequence[Image]) -> list[LabelMap]:
        return [self._predict(image) for image in images]

    def save(self, folder: Path) -> None:
        (folder / "model.json").write_text(json.dumps([self.position, self.level, self.names]))

    @classmethod
    def load(cls, folder: Path) -> Self:
        position, level, names = json.loads((folder / "model.json").read_text())
        model = cls(position)
        model.level, model.names = level, {int(number): name for number, name in names.items()}
        return model

    def _predict(self, image: Image) -> LabelMap:
        if image.has_channels:
            raise BadImage("the image must have one channel")
        return self._drawn(image, image.pixels > self.level)

    def _drawn(self, image: Image, mask: np.ndarray) -> LabelMap:
        return LabelMap.of(image, mask * min(self.names), self.names)


between = segmenter()(Between)


def test_it_is_described_by_its_class() -> None:
    spec = between.spec
    assert (spec.name, spec.kind, spec.needs_model) == ("between", Kind.SEGMENTER, True)
    assert spec.summary == between.__doc__
    assert repr(between) == "<segmenter between>"


def test_it_has_the_name_version_and_dimensions_that_the_decorator_says() -> None:
    spec = segmenter(name="half", version="2", dimensions=(3,))(Between).spec
    assert (spec.name, spec.version, spec.dimensions) == ("half", "2", (3,))


def test_it_is_made_with_checked_parameters() -> None:
    assert between.create({}).position == 0.5
    with pytest.raises(BadParameter, match=r"position must be a number > 0 and < 1, found 1"):
        between.create({"position": 1})


def test_it_is_a_plugin_that_offers_itself_as_a_segmenter_and_as_nothing_else() -> None:
    plugins = Plugins()
    plugins.add("between", between, distribution="coronal-between 1.0")
    assert plugins.segmenters == plugins.trainable == {"between": between}
    assert not plugins.classifiers
    assert not plugins.algorithms
    assert plugins.spec("between").version == "1.0"


class Unfinished(Segmenter):
    """Learn, and forget how to load."""

    def fit(self, images: Sequence[Image], label_maps: Sequence[LabelMap], context: Context) -> None: ...

    def save(self, folder: Path) -> None: ...


@pytest.mark.parametrize(
    ("implementation", "fault"),
    [
        (Unfinished, "the segmenter 'Unfinished' must have all methods; missing load, predict"),
        (Position, "must be a subclass of Classifier or Segmenter"),
    ],
    ids=["unfinished", "no class"],
)
def test_what_is_no_segmenter_is_refused(implementation: type[Segmenter], fault: str) -> None:
    with pytest.raises(BadDeclaration, match=fault):
        segmenter()(implementation)


def test_it_is_loaded_from_what_it_saved(tmp_path: Path) -> None:
    image = Image(np.array([[0.0, 10.0], [10.0, 0.0]]), Geometry((0.5, 0.5)))
    fitted = between.create({"position": 0.25})
    fitted.fit([image], [LabelMap.of(image, image.pixels > 5, {1: "spot"})], TrainingContext())
    fitted.save(tmp_path)
    (found,) = between.load(tmp_path).predict([image])
    assert found.labels.tolist() == [[0, 1], [1, 0]]
    assert (found.names, found.geometry) == ({1: "spot"}, image.geometry)


def test_a_segmenter_that_keeps_its_promises_passes_the_check() -> None:
    check_segmenter(between)
    check_segmenter(between, {"position": 0.3})


class Blind(Between):
    """Find nothing anywhere."""

    def _predict(self, image: Image) -> LabelMap:
        return LabelMap.of(image, np.zeros(image.shape, np.uint8), self.names)


class Short(Between):
    """Forget the last image."""

    def predict(self, images: Sequence[Image]) -> list[LabelMap]:
        return super().predict(images)[:-1]


class Backwards(Between):
    """Answer in another order."""

    def predict(self, images: Sequence[Image]) -> list[LabelMap]:
        found = super().predict(images)[::-1]
        return [one.with_labels(other.labels) for one, other in zip(found[::-1], found, strict=True)]


class Unplaced(Between):
    """Forget where the image lies."""

    def _drawn(self, image: Image, mask: np.ndarray) -> LabelMap:
        return LabelMap(super()._drawn(image, mask).labels, names=self.names)


class Numbering(Between):
    """Use numbers of its own."""

    def _drawn(self, image: Image, mask: np.ndarray) -> LabelMap:
        return LabelMap.of(image, mask * 7, self.names)


class Nameless(Between):
    """Forget the names."""

    def _drawn(self, image: Image, mask: np.ndarray) -> LabelMap:
        return LabelMap.of(image, mask * 2)


class Unseeded(Between):
    """Throw a coin that nobody seeded."""

    def fit(self, images: Sequence[Image], label_maps: Sequence[LabelMap], context: Context) -> None:
        super().fit(images, label_maps, context)
        self.level = np.random.default_rng().uniform(42, 48)


class Forgetful(Between):
    """Forget a part when it is saved."""

    def save(self, folder: Path) -> None:
        level, self.level = self.level, 45.0
        super().save(folder)
        self.level = level


class Meddling(Between):
    """Write into its label maps."""

    def fit(self, images: Sequence[Image], label_maps: Sequence[LabelMap], context: Context) -> None:
        super().fit(images, label_maps, context)
        assert label_maps[0].labels.base is not None
        label_maps[0].labels.base[0] = 2


class Picky(Between):
    """Raise something else than BadImage."""

    def _predict(self, image: Image) -> LabelMap:
        assert not image.has_channels, "what a colour"
        return super()._predict(image)


class Fixed(Between):
    """Give label maps of one size, whatever the image is."""

    def _predict(self, image: Image) -> LabelMap:
        cut = tuple(slice(0, side) for side in ((16, 20) if image.dimensions == 2 else (8, 12, 16)))
        return LabelMap(super()._predict(image).labels[cut], image.geometry, self.names)


class Credulous(Between):
    """Take the mean of nothing."""

    def fit(self, images: Sequence[Image], label_maps: Sequence[LabelMap], context: Context) -> None:
        self.level = 1 / int(sum(one.labels.sum() for one in label_maps))
        super().fit(images, label_maps, context)


class Flat(Between):
    """Work in two dimensions alone, and say three as well."""

    def fit(self, images: Sequence[Image], label_maps: Sequence[LabelMap], context: Context) -> None:
        if images[0].dimensions == 3:
            raise RuntimeError("too many axes")
        super().fit(images, label_maps, context)


class Wordy(Between):
    """Have a summary that is no sentence"""


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        (Blind, "must find the squares that it has seen with a Dice of 0.8, found 0.00"),
        (Backwards, "must find the squares"),
        (Short, "2-D: it must give 24 label maps of as many images, found 23"),
        (Unplaced, "each label map must lie on the grid of its image"),
        (Numbering, r"must be those that it was taught, \{2: 'square'\}; found \[7\]"),
        (Nameless, "must be those that it was taught"),
        (Unseeded, "the same seed must give the same label maps"),
        (Forgetful, "must be the same when it was saved and loaded"),
        (Meddling, "it changed an image or a label map"),
        (Picky, "of an image of more channels it must make BadImage, found AssertionError: what a colour"),
        (
            Fixed,
            r"of an image of another size the label map must lie on its grid, found the shape \(16, 20\)",
        ),
        (Credulous, "where nothing is drawn it must make BadTrainingSet, found ZeroDivisionError"),
        (Flat, "3-D: it raised RuntimeError: too many axes"),
        (Wordy, "its summary must be a sentence"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_segmenter_that_breaks_a_promise_fails_the_check(broken: type[Between], fault: str) -> None:
    algorithm: TrainableAlgorithm[Between] = segmenter()(broken)
    with pytest.raises(AssertionError, match=fault):
        check_segmenter(algorithm)


def test_a_segmenter_of_one_dimension_is_checked_in_that_alone() -> None:
    decorate: Callable[[type[Flat]], TrainableAlgorithm[Flat]] = segmenter(dimensions=(2,))
    check_segmenter(decorate(Flat))
