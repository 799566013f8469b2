import json
import zipfile
from dataclasses import replace
from io import BytesIO

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra import numpy as hnp

from coronal import Case, Column, Geometry, Image, LabelMap, Meaning, Prediction, Reference, StageRun, Table
from coronal_worker.running.snapshot import Snapshot, deserialize, serialize

PLACED = Geometry((4.0, 0.1, 0.3), (-1.5, 1 / 3, 7.0), ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0)))
RUN = StageRun(
    stage="otsu-2",
    algorithm="otsu",
    version="1",
    distribution="coronal-imaging 0.1.0",
    parameters={"foreground": "dark", "min_size": 0.1, "list": [1, 2.5, None], "map": {"a": True}},
    on="source",
    seed=2**32 - 1,
    seconds=0.000001,
)


def _same_image(one: Image, other: Image) -> bool:
    facts = [
        (i.geometry, i.has_channels, i.modality, i.meaning, i.pixels.dtype, i.shape) for i in (one, other)
    ]
    return facts[0] == facts[1] and np.array_equal(
        one.pixels, other.pixels, equal_nan=one.pixels.dtype.kind == "f"
    )


@pytest.mark.parametrize("dtype", ["bool", "u1", "i1", "u2", "i2", "u4", "i8", "f2", "f4", "f8"])
@pytest.mark.parametrize("shape", [(3, 4), (2, 3, 4), (3, 4, 3)], ids=["plane", "volume", "channels"])
def test_an_image_comes_back_bit_for_bit(dtype: str, shape: tuple[int, ...]) -> None:
    has_channels = shape[-1] == 3
    pixels = np.random.default_rng(0).integers(0, 2, shape).astype(dtype)
    geometry = PLACED if shape == (2, 3, 4) else Geometry()
    image = Image(pixels, geometry, has_channels, "CT", Meaning.HOUNSFIELD)
    case = deserialize(serialize(Snapshot(Case.start(image), ()))).case
    assert _same_image(case.source, image)
    assert case.image is case.source


def test_padding_comes_back() -> None:
    pixels = np.arange(6).reshape(2, 3)
    source, image = Image(pixels, valid=pixels > 1), Image(pixels, valid=pixels > 3)
    case = deserialize(serialize(Snapshot(Case(source=source, image=image), ()))).case
    np.testing.assert_array_equal(case.source.valid, pixels > 1)
    np.testing.assert_array_equal(case.image.valid, pixels > 3)


def test_nan_and_infinity_come_back() -> None:
    image = Image(np.array([[np.nan, np.inf, -np.inf, -0.0]]))
    back = deserialize(serialize(Snapshot(Case.start(image), ()))).case.source
    np.testing.assert_array_equal(np.signbit(back.pixels), np.signbit(image.pixels))
    np.testing.assert_array_equal(back.pixels, image.pixels)


def test_a_whole_case_comes_back() -> None:
    pixels = np.arange(24, dtype=np.int16).reshape(2, 3, 4)
    source = Image(pixels, PLACED, modality="CT", remarks=("left out: 2 × localizer",))
    image = source.with_pixels(source.pixels.astype(np.float32) / 3)
    labels = LabelMap.of(image, source.pixels % 3, {1: "liver", np.int64(2): "spleen"})
    table = Table(
        (Column("label"), Column("area", "mm²", "Of all its pixels."), Column("name")),
        ((1, 0.1 + 0.2, "ä"), (2, None, "1"), (2**60, 1.0, "")),
    )
    reference = Reference(source.pixels % 2, PLACED, {1: "liver"}, stored_as={1: 255})
    predictions = {"plane": Prediction(("a", "b"), (1 / 3, 2 / 3))}
    case = Case(source, image, labels, reference, {"shape": table}, predictions)
    case = replace(case, is_moved=True, labels_moved=True)
    back = deserialize(serialize(Snapshot(case, (RUN,))))
    assert _same_image(back.case.source, source)
    assert _same_image(back.case.image, image)
    assert back.case.labels is not None
    np.testing.assert_array_equal(back.case.labels.labels, labels.labels)
    assert (back.case.labels.geometry, back.case.labels.names) == (PLACED, {1: "liver", 2: "spleen"})
    assert isinstance(back.case.reference, Reference)
    np.testing.assert_array_equal(back.case.reference.labels, reference.labels)
    assert (back.case.reference.geometry, back.case.reference.names) == (PLACED, {1: "liver"})
    assert back.case.reference.stored_as == {1: 255}
    assert back.case.tables == case.tables
    assert [type(cell) for row in back.case.tables["shape"].rows for cell in row] == [
        type(cell) for row in table.rows for cell in row
    ]
    assert back.case.predictions == case.predictions
    assert (back.case.is_moved, back.case.labels_moved) == (True, True)
    assert back.runs == (RUN,)


def _written_before(content: bytes) -> bytes:
    """Remove from a snapshot the fields that older workers didn't write."""
    with np.load(BytesIO(content)) as found:
        arrays = dict(found)
    facts = json.loads(arrays.pop("facts").tobytes())
    known = {
        name: fact for name, fact in facts.items() if name not in ("reference", "is_moved", "labels_moved")
    }
    file = BytesIO()
    np.savez(file, facts=np.frombuffer(json.dumps(known).encode(), np.uint8), **arrays)
    return file.getvalue()


@pytest.mark.parametrize("is_moved", [False, True])
def test_what_a_worker_of_before_has_left_can_be_gone_on_with(is_moved: bool) -> None:
    source = Image(np.zeros((4, 4)))
    image = Image(np.zeros((2, 2))) if is_moved else source
    case = Case(source, image, LabelMap.of(image, np.ones(image.shape, bool)))
    back = deserialize(_written_before(serialize(Snapshot(case, (RUN,))))).case
    assert (back.is_moved, back.labels_moved, back.labels_fit) == (is_moved, is_moved, True)
    assert back.backdrop.shape == image.shape


def test_an_image_that_did_not_change_is_written_once() -> None:
    case = Case.start(Image(np.zeros((100, 100))))
    with zipfile.ZipFile(BytesIO(serialize(Snapshot(case, ())))) as archive:
        assert sorted(archive.namelist()) == ["facts.npy", "source.npy"]


def test_an_array_that_is_a_view_is_written_alone() -> None:
    large = np.zeros((1000, 1000), np.uint8)
    case = Case.start(Image(large[::500, ::500]))
    assert len(serialize(Snapshot(case, ()))) < 5_000


def test_no_object_of_python_is_ever_read() -> None:
    file = BytesIO()
    np.savez(file, facts=np.array([{"a": 1}], object), source=np.zeros((2, 2)))
    with pytest.raises(ValueError, match="allow_pickle=False"):
        deserialize(file.getvalue())


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(
    pixels=hnp.arrays(
        st.sampled_from([np.uint8, np.int16, np.float32, np.float64]),
        hnp.array_shapes(min_dims=2, max_dims=3, max_side=6),
    ),
    cells=st.lists(st.tuples(st.none() | st.integers() | st.floats() | st.text(), st.text()), max_size=4),
)
def test_any_image_and_any_table_come_back(pixels: np.ndarray, cells: list[tuple[object, str]]) -> None:
    table = Table((Column("one"), Column("two")), tuple(cells))  # type: ignore[arg-type]
    case = Case.start(Image(pixels)).add("t", table)
    back = deserialize(serialize(Snapshot(case, ()))).case
    assert back.source.pixels.tobytes() == pixels.tobytes()
    assert repr(back.tables) == repr(case.tables)
