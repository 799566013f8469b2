"""The trained network finds the brain in a head, however the head lies in its file."""

import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import distribution
from pathlib import Path
from textwrap import dedent

import nibabel
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage
from skimage.transform import resize

from coronal import BadImage, Case, Context, Geometry, Image, LabelMap
from coronal_networks.brain.brain import brain
from coronal_networks.brain.deepbrain import SIDE, deepbrain

pytestmark = pytest.mark.slow

LPS = Geometry((2.0, 2.0, 2.0), (-90.0, -120.0, -70.0), ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0)))
MARGIN = 12
SKULL_MM, SCALP_MM = 8.0, 14.0


@pytest.fixture(scope="module")
def bare(image_of: Callable[[str, str], Path]) -> NDArray[np.float32]:
    """The MNI152 brain without skull, 2 mm apart, in the order (z, y, x) of LPS."""
    path = image_of("nilearn", "datasets/data/mni_icbm152_t1_tal_nlin_sym_09a_converted.nii.gz")
    volume = nibabel.as_closest_canonical(nibabel.load(path).slicer[::2, ::2, ::2])
    pixels = np.asarray(volume.dataobj, np.float32).T[:, ::-1, ::-1]
    return np.pad(pixels, MARGIN)


@pytest.fixture(scope="module")
def head(bare: NDArray[np.float32]) -> Image:
    """The same brain within a dark skull and a bright scalp that are drawn around it."""
    distance_mm = ndimage.distance_transform_edt(bare == 0, sampling=2.0)
    is_scalp = (distance_mm > SKULL_MM) & (distance_mm <= SCALP_MM)
    return Image(np.where(is_scalp, 220, bare).astype(np.float32), LPS, modality="MR")


@pytest.fixture(scope="module")
def found(head: Image) -> LabelMap:
    """Its brain: the network takes a second."""
    return brain(head, Context())


def dice(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    return float(2 * (one & other).sum() / (one.sum() + other.sum()))


def turned(image: Image, order: tuple[int, ...], signs: tuple[int, ...]) -> Image:
    """Store a volume with its axes in another order and direction, and every voxel where it was."""
    matrix = np.zeros((3, 3))
    matrix[order, range(3)] = signs
    offset = [max(0.0, -matrix[axis].sum()) * (image.shape[axis] - 1) for axis in range(3)]
    return image.mapped(
        image.pixels.transpose(order)[tuple(slice(None, None, s) for s in signs)], matrix, offset
    )


def test_it_finds_the_brain_and_leaves_skull_and_scalp(
    head: Image, bare: NDArray[np.float32], found: LabelMap
) -> None:
    assert found.names == {1: "brain"}
    assert found.lies_on(head)
    assert dice(found.labels > 0, bare > 0) > 0.97


def test_what_it_finds_is_one_piece_without_holes(found: LabelMap) -> None:
    mask = found.labels > 0

    assert ndimage.label(mask)[1] == 1
    assert (ndimage.binary_fill_holes(mask) == mask).all()


@pytest.mark.parametrize(
    ("order", "signs"),
    [((0, 1, 2), (-1, 1, -1)), ((2, 0, 1), (1, -1, 1)), ((2, 1, 0), (-1, -1, -1))],
    ids=["reversed", "sagittal", "as NIfTI has it in RAS"],
)
def test_the_same_head_that_lies_otherwise_has_the_same_brain(
    head: Image, found: LabelMap, order: tuple[int, ...], signs: tuple[int, ...]
) -> None:
    other = turned(head, order, signs)

    there = brain(other, Context())
    assert there.geometry == other.geometry

    expected = turned(Image(found.labels, head.geometry), order, signs)
    np.testing.assert_array_equal(there.labels, expected.pixels)


def test_a_head_of_unknown_direction_is_taken_as_it_lies(head: Image, bare: NDArray[np.float32]) -> None:
    unplaced = Image(head.pixels.transpose(1, 2, 0)[::-1])
    assert dice(brain(unplaced, Context()).labels > 0, bare.transpose(1, 2, 0)[::-1] > 0) > 0.95


def test_values_in_another_unit_and_those_that_are_none_change_nothing(head: Image, found: LabelMap) -> None:
    values = head.pixels.astype(np.float64) * 1e-3 + 7
    values[0] = np.nan
    other = brain(head.with_pixels(values), Context()).labels
    assert dice(other > 0, found.labels > 0) > 0.999


def test_a_higher_threshold_makes_a_smaller_brain(head: Image) -> None:
    small, large = (
        brain(head, Context(), threshold=0.9).labels > 0,
        brain(head, Context(), threshold=0.1).labels > 0,
    )
    assert small.sum() < large.sum()
    assert not (small & ~large).any()


@pytest.mark.parametrize("pixels", [np.full((3, 4, 5), 7, np.int16), np.full((3, 4, 5), np.nan)], ids=str)
def test_in_an_image_of_one_value_there_is_no_brain(pixels: NDArray[np.generic]) -> None:
    assert brain(Image(pixels), Context()).count == 0


def test_it_warns_of_what_can_be_no_brain_of_an_mr(head: Image) -> None:
    warnings: list[str] = []
    context = Context(warn=warnings.append)

    brain(head, context)
    assert warnings == []

    brain(replace(head, modality="CT"), context)
    assert warnings == ["the network was trained on MR alone, found CT"]

    tenth = Geometry((0.2, 0.2, 0.2), direction=LPS.direction)
    brain(replace(head, geometry=tenth), context)
    assert re.fullmatch(r"what was found has \d\.\d+ ml, and a human brain 250 to 2,200: .*", warnings[1])


def test_a_plane_is_no_head() -> None:
    with pytest.raises(BadImage, match="brain works on 3-D"):
        brain.run(Case.start(Image(np.zeros((8, 8)))), {})


def test_the_network_answers_as_in_a_session_of_its_own_time(head: Image) -> None:
    import tensorflow as tf

    cube = resize(head.pixels / head.pixels.max(), (SIDE,) * 3).astype(np.float32)
    path = Path(str(distribution("deepbrain").locate_file("deepbrain/models/graph.pb")))
    with tf.Graph().as_default() as graph, tf.compat.v1.Session(graph=graph) as session:
        definition = tf.compat.v1.GraphDef.FromString(path.read_bytes())
        for node in definition.node:
            if node.op == "RandomUniform":
                node.attr["seed"].i = 7
        tf.import_graph_def(definition, name="")
        given = {"img:0": cube[np.newaxis, ..., np.newaxis], "training:0": False}
        expected = session.run("prob:0", given).reshape(cube.shape)

    np.testing.assert_allclose(deepbrain(cube), expected, atol=1e-5)


ASK = dedent("""
    import sys
    import numpy as np
    from coronal import Context, Image, PluginError
    from coronal_networks.brain.brain import brain
    sys.path[:] = sys.argv[1:]
    try:
        brain(Image(np.arange(8).reshape(2, 2, 2)), Context())
    except PluginError as fault:
        print(fault)
    assert "tensorflow" not in sys.modules
""")


def test_where_the_network_is_not_installed_it_says_how_that_is_done() -> None:
    said = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True).stdout
    assert said.strip().endswith("found none: pip install --no-deps deepbrain==0.1")


def test_another_graph_of_that_name_is_not_opened(
    make_distribution: Callable[..., None], tmp_path: Path
) -> None:
    make_distribution(tmp_path, "deepbrain", "raise SystemExit('its code was run')")
    (tmp_path / "deepbrain" / "models").mkdir(parents=True)
    (tmp_path / "deepbrain" / "models" / "graph.pb").write_bytes(b"\x0a\x00")
    command = [sys.executable, "-c", ASK, str(tmp_path)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "found another: pip install --no-deps deepbrain==0.1" in said


def test_of_its_package_no_code_is_run(found: LabelMap) -> None:
    assert found.count == 1
    assert "deepbrain" not in sys.modules
