import numpy as np
import pytest
from numpy.typing import NDArray
from skimage.color import rgb2gray

from coronal import BadImage, Geometry, Image, LabelMap, Meaning
from coronal.types.image import supported

RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("shape", "has_channels", "axes"),
    [
        ((3, 4), False, "yx"),
        ((2, 3, 4), False, "zyx"),
        ((3, 4, 3), True, "yxc"),
        ((2, 3, 4, 3), True, "zyxc"),
    ],
)
def test_its_axes_are_space_first_and_channels_last(
    shape: tuple[int, ...], has_channels: bool, axes: str
) -> None:
    image = Image(np.zeros(shape), has_channels=has_channels)
    assert image.axes == axes
    assert image.dimensions == len(axes.removesuffix("c")) == len(image.shape)
    assert image.shape == shape[: image.dimensions]
    assert image.channel_axis == (-1 if has_channels else None)


@pytest.mark.parametrize(
    ("pixels", "message"),
    [
        pytest.param(np.zeros((0, 4)), "at least one pixel", id="empty"),
        pytest.param(np.zeros(4), "2 or 3 spatial axes", id="one axis"),
        pytest.param(np.zeros((1, 1, 1, 1)), "2 or 3 spatial axes", id="four axes"),
        pytest.param(np.zeros((2, 2), complex), "bool, integer or float, found complex128", id="complex"),
        pytest.param(np.full((2, 2), "a"), "bool, integer or float", id="text"),
        pytest.param(np.full((2, 2), None), "bool, integer or float, found object", id="object"),
        pytest.param(np.zeros((2, 2), "datetime64[s]"), "bool, integer or float", id="time"),
    ],
)
def test_an_array_that_is_no_image_is_refused(pixels: NDArray[np.float64], message: str) -> None:
    with pytest.raises(BadImage, match=message):
        Image(pixels)


def test_an_axis_of_channels_is_no_axis_of_space() -> None:
    with pytest.raises(BadImage, match="2 or 3 spatial axes"):
        Image(np.zeros((4, 3)), has_channels=True)


@pytest.mark.parametrize(
    "dtype", [bool, np.uint8, np.int16, np.uint16, np.int32, np.uint64, np.float16, np.float64]
)
def test_any_real_type_is_kept(dtype: type) -> None:
    assert Image(np.zeros((2, 2), dtype)).pixels.dtype == dtype


def test_pixels_in_the_byte_order_of_another_machine_are_turned() -> None:
    values = np.array([[1, -1000], [3071, 2]])
    image = Image(values.astype(">i2"))
    assert image.pixels.dtype.isnative
    np.testing.assert_array_equal(image.pixels, values)


def test_its_pixels_cannot_be_written_to_and_its_fields_not_set() -> None:
    image = Image(np.zeros((2, 2)))
    with pytest.raises(ValueError, match="read-only"):
        image.pixels[...] = 1
    with pytest.raises(AttributeError):
        image.modality = "CT"  # type: ignore[misc]


def test_the_array_that_it_was_made_from_stays_writable() -> None:
    mine = np.zeros((2, 2))
    Image(mine)
    mine[0, 0] = 1


def test_its_geometry_is_of_its_own_dimension() -> None:
    with pytest.raises(
        BadImage, match=r"of 3 dimensions like the pixels, found Geometry\(spacing_mm=\(1.0, 1.0\)"
    ):
        Image(np.zeros((2, 2, 2)), Geometry((1.0, 1.0)))


def test_a_size_in_mm_becomes_pixels_along_each_axis() -> None:
    assert Image(np.zeros((2, 4, 4)), Geometry((5.0, 0.5, 0.25))).in_pixels(1.0) == (0.2, 2.0, 4.0)
    assert Image(np.zeros((4, 4))).in_pixels(3.0) == (3.0, 3.0)


def test_new_pixels_lie_where_the_old_ones_did() -> None:
    image = Image(np.zeros((2, 3), np.int16), Geometry((1.0, 2.0)), modality="CT", meaning=Meaning.HOUNSFIELD)
    new = image.with_pixels(np.ones((2, 3)))
    assert (new.geometry, new.modality, new.meaning) == (image.geometry, "CT", Meaning.HOUNSFIELD)
    assert image.with_pixels(np.ones((2, 3)), meaning=Meaning.INTENSITY).meaning is Meaning.INTENSITY


def test_new_pixels_of_another_shape_are_refused() -> None:
    with pytest.raises(BadImage, match=r"shape \(2, 3\) like the old, found \(3, 2\)"):
        Image(np.zeros((2, 3))).with_pixels(np.zeros((3, 2)))


def test_new_pixels_may_bring_or_drop_channels() -> None:
    grey = Image(np.zeros((2, 3)))
    colour = grey.with_pixels(np.zeros((2, 3, 3)), meaning=Meaning.COLOUR)
    assert colour.has_channels
    back = colour.with_pixels(colour.grey())
    assert not back.has_channels
    assert back.meaning is Meaning.INTENSITY


def test_grey_of_one_channel_is_its_own_pixels() -> None:
    image = Image(np.arange(6, dtype=np.int16).reshape(2, 3))
    assert image.grey() is image.pixels


@pytest.mark.parametrize("channels", [3, 4])
def test_grey_of_colour_is_the_luminance_of_scikit_image(channels: int) -> None:
    pixels = RNG.integers(0, 256, (5, 6, channels)).astype(np.uint8)
    image = Image(pixels, has_channels=True, meaning=Meaning.COLOUR)
    expected = rgb2gray(pixels[..., :3].astype(np.float64))
    np.testing.assert_allclose(image.grey(), expected, rtol=1e-5)
    assert image.grey().dtype == np.float32


def test_grey_of_white_is_white() -> None:
    white = Image(np.full((2, 2, 3), 255, np.uint8), has_channels=True, meaning=Meaning.COLOUR)
    np.testing.assert_allclose(white.grey(), 255.0, rtol=1e-6)


@pytest.mark.parametrize("channels", [1, 2, 3, 5])
def test_grey_of_channels_that_are_no_colours_is_their_mean(channels: int) -> None:
    pixels = RNG.normal(size=(4, 5, channels))
    np.testing.assert_allclose(
        Image(pixels, has_channels=True).grey(), pixels.mean(axis=-1), rtol=1e-5, atol=1e-6
    )


def test_an_image_that_is_mapped_keeps_what_its_values_mean() -> None:
    image = Image(
        np.arange(12).reshape(3, 4), Geometry((2.0, 1.0)), modality="CT", meaning=Meaning.HOUNSFIELD
    )
    cut = image.mapped(image.pixels[1:, ::2], np.diag([1.0, 2.0]), (1, 0))
    assert cut.shape == (2, 2)
    assert (cut.spacing_mm, cut.modality, cut.meaning) == ((2.0, 2.0), "CT", Meaning.HOUNSFIELD)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("?", "uint8"),
        ("<f2", "float32"),
        (">f4", "float32"),
        ("longdouble", "float64"),
        (">i2", "int16"),
        ("u4", "uint32"),
    ],
)
def test_what_the_libraries_do_not_take_comes_as_what_they_do(given: str, expected: str) -> None:
    pixels = np.array([[0, 1]]).astype(given)
    assert supported(pixels).dtype == np.dtype(expected)
    np.testing.assert_array_equal(supported(pixels), [[0, 1]])


def test_what_the_libraries_take_is_not_copied() -> None:
    pixels = np.zeros((2, 2), np.int16)
    assert np.shares_memory(supported(pixels), pixels)


def _padded() -> Image:
    pixels = np.arange(12, dtype=np.int16).reshape(3, 4)
    return Image(pixels, Geometry((2.0, 1.0)), valid=pixels % 4 != 0)


def test_padding_goes_with_the_pixels_that_a_filter_changes() -> None:
    image = _padded()
    changed = image.with_pixels(-image.pixels)
    assert (changed.padding_count, image.padding_count) == (3, 3)
    assert image.inside(image.pixels).tolist() == [1, 2, 3, 5, 6, 7, 9, 10, 11]


def test_padding_goes_where_its_pixels_go() -> None:
    image = _padded()
    flipped = image.mapped(image.pixels[:, ::-1], np.diag([1.0, -1.0]), (0, 3))
    turned = image.mapped(image.pixels.T, np.array([[0.0, 1.0], [1.0, 0.0]]), (0, 0))
    for one in (flipped, turned):
        np.testing.assert_array_equal(one.valid, one.pixels % 4 != 0)


def test_an_element_between_two_is_valid_where_the_nearest_is_and_beyond_nothing_is() -> None:
    image = _padded()
    finer = image.mapped(np.zeros((3, 11), np.int16), np.diag([1.0, 0.4]), (1, 0))
    expected = [place >= 0.5 and place <= 3.5 for place in np.arange(11) * 0.4]
    assert finer.valid is not None
    assert finer.valid.tolist() == [expected, expected, [False] * 11]


def test_a_plane_of_a_volume_has_the_padding_of_that_plane() -> None:
    valid = np.arange(24).reshape(2, 3, 4) > 15
    volume = Image(np.zeros((2, 3, 4), np.uint8), valid=valid)
    plane = volume.mapped(volume.pixels[1], np.eye(3)[:, 1:], (1, 0, 0))
    np.testing.assert_array_equal(plane.valid, valid[1])


def test_no_label_lies_on_padding() -> None:
    labels = LabelMap.of(_padded(), np.ones((3, 4), np.uint8))
    np.testing.assert_array_equal(labels.labels, _padded().valid)


def test_where_all_is_valid_nothing_is_kept() -> None:
    assert Image(np.zeros((2, 2)), valid=np.ones((2, 2), np.bool_)).valid is None


@pytest.mark.parametrize(
    ("valid", "message"),
    [
        pytest.param(np.ones((2, 3), np.bool_), r"bool of the shape \(2, 2\)", id="another shape"),
        pytest.param(np.ones((2, 2), np.uint8), "found uint8", id="another type"),
        pytest.param(np.zeros((2, 2), np.bool_), "found padding alone", id="nothing"),
    ],
)
def test_a_mask_that_is_none_is_refused(valid: NDArray[np.bool_], message: str) -> None:
    with pytest.raises(BadImage, match=message):
        Image(np.zeros((2, 2)), valid=valid)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32, np.float64])
def test_luminance_is_the_same_to_the_bit_however_the_pixels_lie_in_memory(dtype: type) -> None:
    """Matrix products aren't, on processors with AVX-512: strided rows are added in another order."""
    rgba = (RNG.random((37, 41, 4)) * 255).astype(dtype)
    rgb = np.ascontiguousarray(rgba[..., :3])
    layouts = {
        "opacity left out": Image(rgba, has_channels=True, meaning=Meaning.COLOUR).grey(),
        "strided": Image(rgba[..., :3], has_channels=True, meaning=Meaning.COLOUR).grey(),
        "Fortran order": Image(np.asfortranarray(rgb), has_channels=True, meaning=Meaning.COLOUR).grey(),
        "upside down": Image(rgb[::-1], has_channels=True, meaning=Meaning.COLOUR).grey()[::-1],
        "row by row": np.concatenate(
            [Image(row[np.newaxis], has_channels=True, meaning=Meaning.COLOUR).grey() for row in rgb]
        ),
    }
    expected = Image(rgb, has_channels=True, meaning=Meaning.COLOUR).grey()
    assert {name: np.array_equal(grey, expected) for name, grey in layouts.items()} == dict.fromkeys(
        layouts, True
    )
