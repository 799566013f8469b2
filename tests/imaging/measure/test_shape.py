"""Size, place, form and brightness of each object."""

import math

import numpy as np
import pytest
from phantoms import ball
from skimage import data
from skimage.color import rgb2gray
from skimage.measure import label, perimeter_crofton, regionprops

from coronal import Geometry, Image, LabelMap, Meaning, Table
from coronal_imaging.measure.shape import shape

AXIAL = ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0))
"""Directions of (z, y, x): x to the left, y to the back, z to the head."""


def row(table: Table, number: int = 0) -> dict[str, object]:
    return dict(zip(table.headings, table.rows[number], strict=True))


@pytest.mark.parametrize("spacing", [(0.5, 0.25), (3.0, 0.5, 0.25)], ids=["plane", "volume"])
def test_it_is_the_library_but_for_rounding(spacing: tuple[float, ...]) -> None:
    green = data.retina()[300:600, 300:600, 1]
    pixels = green if len(spacing) == 2 else green.reshape(10, 30, 300)
    labels = label(pixels > 100)
    numbers = np.where(labels, 3 * labels + 100, 0)
    table = shape(Image(pixels, Geometry(spacing)), LabelMap(numbers, Geometry(spacing)))
    regions = regionprops(numbers, pixels, spacing=spacing)
    assert len(regions) > 20
    assert table.column("label") == tuple(r.label for r in regions)
    for axis, name in enumerate("zyx"[-len(spacing) :]):
        assert table.column(f"box_{name}_start") == tuple(r.bbox[axis] for r in regions)
        assert table.column(f"box_{name}_stop") == tuple(r.bbox[axis + len(spacing)] for r in regions)
        expected = [r.centroid[axis] / spacing[axis] for r in regions]
        assert table.column(f"centroid_{name}") == pytest.approx(expected, rel=1e-12)
    for name, attribute in (
        ("area" if len(spacing) == 2 else "volume", "area"),
        ("equivalent_diameter", "equivalent_diameter_area"),
        ("intensity_mean", "intensity_mean"),
        ("intensity_sd", "intensity_std"),
    ):
        expected = [getattr(r, attribute) for r in regions]
        assert table.column(name) == pytest.approx(expected, rel=1e-12)


def test_a_ball_in_thick_slices_has_its_known_measures() -> None:
    spacing, radius = (2.0, 0.5, 1.0), 10.0
    geometry = Geometry(spacing, (-100.0, 50.0, 30.0), AXIAL)
    inside = ball((15, 60, 30), (14.0, 15.0, 15.0), radius, spacing)
    image = Image(np.where(inside, 40, -1000).astype(np.int16), geometry, meaning=Meaning.HOUNSFIELD)
    found = row(shape(image, LabelMap.of(image, inside)))
    assert found["volume_mm3"] == np.count_nonzero(inside) * 1.0
    assert found["volume_mm3"] == pytest.approx(4 / 3 * math.pi * radius**3, rel=0.02)
    assert (found["centroid_z_px"], found["centroid_y_px"], found["centroid_x_px"]) == pytest.approx(
        (7, 30, 15)
    )
    assert (found["world_x_mm"], found["world_y_mm"], found["world_z_mm"]) == pytest.approx((-85, 65, 44))
    # An edge can lie half a voxel off at each end.
    assert found["major_axis_mm"] == pytest.approx(2 * radius, abs=max(spacing) / 2)
    assert found["minor_axis_mm"] == pytest.approx(2 * radius, abs=max(spacing) / 2)
    assert (found["intensity_mean_HU"], found["intensity_sd_HU"]) == (40, 0)
    assert [found[f"box_{axis}_{end}_px"] for end in ("start", "stop") for axis in "zyx"] == [
        2,
        10,
        5,
        13,
        51,
        26,
    ]


def test_an_ellipse_of_unequal_pixels_has_its_known_axes() -> None:
    spacing = (0.5, 0.25)
    inside = ball((100, 100), (25.0, 12.5), (20.0, 5.0), spacing)
    image = Image(inside * 1.0, Geometry(spacing))
    found = row(shape(image, LabelMap.of(image, inside)))
    assert found["area_mm2"] == pytest.approx(math.pi * 20 * 5, rel=0.01)
    assert found["major_axis_mm"] == pytest.approx(40, abs=0.25)
    assert found["minor_axis_mm"] == pytest.approx(10, abs=0.25)


def test_without_spacing_sizes_are_in_pixels() -> None:
    plane, volume = np.ones((2, 3), np.uint8), np.ones((2, 3, 4), np.uint8)
    assert row(shape(Image(plane), LabelMap(plane)))["area_px"] == 6
    found = row(shape(Image(volume), LabelMap(volume)))
    assert found["volume_voxels"] == 24
    assert {"major_axis_px", "minor_axis_px"} <= set(found)
    assert not {"world_x_mm", "major_axis_mm"} & set(found)


def test_labels_may_have_gaps_and_be_as_large_as_they_like() -> None:
    labels = np.zeros((4, 5), np.int32)
    labels[0, 0], labels[2:, 3:], labels[3, 0] = 2**31 - 1, 7, 1_000_000
    table = shape(Image(labels), LabelMap(labels))
    assert table.column("label") == (7, 1_000_000, 2**31 - 1)
    assert table.column("area") == (4, 1, 1)
    assert table.column("intensity_mean") == table.column("label")


def test_large_labels_need_no_background() -> None:
    labels = np.full((2, 2), 2_000_000_000)
    assert shape(Image(labels), LabelMap(labels)).column("area") == (4,)


def test_values_that_are_no_number_do_not_count_for_brightness() -> None:
    image = Image(np.array([[1.0, 3.0, np.nan, np.inf, np.nan]]))
    table = shape(image, LabelMap(np.array([[1, 1, 1, 1, 2]])))
    assert table.column("intensity_mean") == (2.0, None)
    assert table.column("intensity_sd") == (1.0, None)
    assert table.column("area") == (4.0, 1.0)


def test_an_object_of_one_pixel_has_the_extent_of_a_pixel_and_no_spread() -> None:
    image = Image(np.array([[0, 5], [0, 0]], np.uint8))
    found = row(shape(image, LabelMap(image.pixels > 0)))
    # The variance along the side of a square of 1 is 1 / 12; a circle has a 16th of its diameter's square.
    assert (found["major_axis_px"], found["minor_axis_px"]) == pytest.approx([4 / math.sqrt(12)] * 2)
    assert (found["eccentricity"], found["orientation_deg"], found["intensity_sd"]) == (0, 0, 0)


def test_a_line_and_a_plate_are_as_thick_as_their_pixels() -> None:
    line = np.zeros((30, 30), np.uint8)
    line[5, 5:15] = 1
    found = row(shape(Image(line), LabelMap(line), ("axes",)))
    assert (found["major_axis_px"], found["minor_axis_px"]) == pytest.approx(
        [40 / math.sqrt(12), 1.1547], 1e-4
    )
    assert found["eccentricity"] == pytest.approx(math.sqrt(1 - 1 / 100))
    assert found["orientation_deg"] == 90
    plate, geometry = np.pad(np.ones((1, 7, 7), np.uint8), 3), Geometry((5.0, 0.7, 0.7))
    found = row(shape(Image(plate, geometry), LabelMap(plate, geometry), ("axes",)))
    # A body of 5 × 4.9 × 4.9 mm: an ellipsoid has a 20th of the square of its axis as variance.
    expected = [math.sqrt(20 / 12) * 5, math.sqrt(20 / 12) * 4.9]
    assert (found["major_axis_mm"], found["minor_axis_mm"]) == pytest.approx(expected)


def test_what_lies_along_an_axis_has_one_angle_on_every_processor() -> None:
    """Means of 7, 11 or 13 pixels are rounded, and the sign of what is left over depends on the processor."""
    for length in range(2, 40):
        for first in range(5):
            along_x, along_y = np.zeros((2, 50, 50), np.uint8)
            along_x[first : first + 2, first : first + length + 1] = 1
            along_y[first : first + length + 1, first : first + 2] = 1
            for plane, expected in ((along_x, 90), (along_y, 0)):
                geometry = Geometry((0.3, 0.3))
                table = shape(Image(plane, geometry), LabelMap(plane, geometry), ("axes",))
                assert table.column("orientation") == (expected,)


def test_axes_are_those_of_the_library_with_the_moment_of_a_pixel_added() -> None:
    labels = label(data.retina()[300:600, 300:600, 1] > 100)
    table = shape(Image(labels, Geometry((0.5, 0.5))), LabelMap(labels, Geometry((0.5, 0.5))), ("axes",))
    regions = regionprops(labels, spacing=(0.5, 0.5))
    for name in ("major", "minor"):
        library = np.array([getattr(region, f"axis_{name}_length") for region in regions])
        assert table.column(f"{name}_axis") == pytest.approx(np.sqrt(library**2 + 16 * 0.5**2 / 12))
    is_oblong = [region.eccentricity > 0.3 and region.area > 5 for region in regions]
    turns = [math.degrees(region.orientation) for region in regions]
    found = np.array(table.column("orientation"))[is_oblong]
    assert found == pytest.approx(np.array(turns)[is_oblong])


def test_an_object_that_is_turned_onto_another_axis_keeps_its_measures() -> None:
    labels = np.pad(np.random.default_rng(0).random((6, 7, 8)) < 0.7, 1).astype(np.uint8)
    spacing, what = (5.0, 0.7, 1.3), ("size", "axes", "outline", "hull")
    one = shape(Image(labels, Geometry(spacing)), LabelMap(labels, Geometry(spacing)), what)
    turned, geometry = labels.transpose(2, 0, 1), Geometry((1.3, 5.0, 0.7))
    other = shape(Image(turned, geometry), LabelMap(turned, geometry), what)
    assert other.rows[0] == pytest.approx(one.rows[0])


def test_the_luminance_of_a_colour_image_is_measured() -> None:
    retina = data.retina()[600:700, 600:700]
    image = Image(retina, has_channels=True, meaning=Meaning.COLOUR)
    table = shape(image, LabelMap(np.ones((100, 100), np.uint8)))
    assert table.column("intensity_mean")[0] == pytest.approx(rgb2gray(retina).mean() * 255, rel=1e-6)
    assert table.column("intensity_sd")[0] == pytest.approx(rgb2gray(retina).std() * 255, rel=1e-5)


def test_a_bright_offset_does_not_blur_the_spread() -> None:
    values = (1e6 + np.random.default_rng(0).normal(size=(200, 200))).astype(np.float32)
    table = shape(Image(values), LabelMap(np.ones((200, 200), np.uint8)))
    assert table.column("intensity_sd")[0] == pytest.approx(values.astype(np.float64).std(), rel=1e-9)


def test_a_label_map_without_objects_has_columns_and_no_row() -> None:
    table = shape(Image(np.ones((3, 3))), LabelMap(np.zeros((3, 3), np.int32)))
    assert table.rows == ()
    assert "area_px" in table.headings


EXTRA = ("size", "axes", "outline", "hull")


@pytest.mark.parametrize("spacing", [(1.0, 1.0), (0.5, 0.25), (1.0, 3.0)])
def test_a_disc_has_its_known_form(spacing: tuple[float, float]) -> None:
    radius, shape_px = 40.0, tuple(int(100 / step) for step in spacing)
    image = Image(ball(shape_px, (50, 50), radius, spacing) * 1, Geometry(spacing))
    found = row(shape(image, LabelMap.of(image, image.pixels), EXTRA))
    assert found["equivalent_diameter_mm"] == pytest.approx(2 * radius, rel=0.01)
    assert found["perimeter_mm"] == pytest.approx(2 * math.pi * radius, rel=0.03)
    assert 0.97 < found["circularity"] <= 1
    assert found["feret_diameter_mm"] == pytest.approx(2 * radius, abs=max(spacing))
    assert found["solidity"] == pytest.approx(1, abs=0.04)
    assert found["eccentricity"] < 0.15


@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), (4.0, 0.5, 0.5)])
def test_a_ball_has_its_known_form(spacing: tuple[float, float, float]) -> None:
    radius, shape_px = 15.0, tuple(int(40 / step) for step in spacing)
    image = Image(ball(shape_px, (20, 20, 20), radius, spacing) * 1, Geometry(spacing))
    found = row(shape(image, LabelMap.of(image, image.pixels), EXTRA))
    assert found["equivalent_diameter_mm"] == pytest.approx(2 * radius, rel=0.02)
    assert found["surface_mm2"] == pytest.approx(4 * math.pi * radius**2, rel=0.02)
    assert 0.97 < found["sphericity"] <= 1
    assert found["feret_diameter_mm"] == pytest.approx(2 * radius, abs=max(spacing))
    # The hull around the steps of thick slices is larger than the ball.
    assert found["solidity"] == pytest.approx(1, abs=0.1)
    assert "eccentricity" not in found


@pytest.mark.parametrize("degrees", [-60, 0, 30, 75])
def test_an_ellipse_lies_as_it_was_turned(degrees: float) -> None:
    spacing, angle = (0.5, 0.25), math.radians(degrees)
    y, x = np.ogrid[:200, :400]
    down, right = y * spacing[0] - 50, x * spacing[1] - 50
    along = down * math.cos(angle) + right * math.sin(angle)
    across = right * math.cos(angle) - down * math.sin(angle)
    image = Image(((along / 40) ** 2 + (across / 20) ** 2 <= 1) * 1, Geometry(spacing))
    found = row(shape(image, LabelMap.of(image, image.pixels), EXTRA))
    assert found["orientation_deg"] == pytest.approx(degrees, abs=0.5)
    assert found["eccentricity"] == pytest.approx(math.sqrt(1 - 0.25), abs=0.01)
    assert found["feret_diameter_mm"] == pytest.approx(80, abs=0.5)


def test_form_is_what_the_library_finds() -> None:
    green = data.retina()[300:600, 300:600, 1]
    labels = label(green > 100)
    table = shape(Image(green), LabelMap(labels), EXTRA)
    regions = regionprops(labels)
    large = [place for place, region in enumerate(regions) if region.area > 40]
    assert len(large) > 5
    # The library counts the pixels of the hull, and goes along the edge of these.
    for name, attribute, tolerance in (
        ("feret_diameter", "feret_diameter_max", 0.5),
        ("solidity", "solidity", 0.05),
    ):
        expected = [getattr(regions[place], attribute) for place in large]
        assert [table.column(name)[place] for place in large] == pytest.approx(expected, abs=tolerance)
    # The formula of Crofton sees edges along an axis 6 % too short, and corners shorter.
    crofton = [perimeter_crofton(np.pad(regions[place].image, 1)) for place in large]
    assert sum(table.column("perimeter")[place] for place in large) == pytest.approx(sum(crofton), rel=0.1)


def test_half_of_a_hull_is_solid_by_half() -> None:
    cross = np.zeros((3, 60, 60), np.uint8)
    cross[:, 20:40, :], cross[:, :, 20:40] = 1, 1
    found = row(shape(Image(cross), LabelMap(cross), ("hull",)))
    assert found["solidity"] == pytest.approx(2000 / (3600 - 4 * 200), rel=0.05)


def test_a_bar_fills_its_hull_and_is_as_long_as_it_is() -> None:
    bar = np.pad(np.ones((1, 9), np.uint8), 2)
    found = row(shape(Image(bar, Geometry((5.0, 2.0))), LabelMap(bar, Geometry((5.0, 2.0))), ("hull",)))
    assert (found["solidity"], found["feret_diameter_mm"]) == (1.0, 18.0)


def test_only_what_is_asked_for_is_measured() -> None:
    image = Image(np.ones((3, 3)))
    table = shape(image, LabelMap(np.ones((3, 3), np.uint8)), ("brightness", "size"))
    assert table.headings == ("label", "area_px", "equivalent_diameter_px", "intensity_mean", "intensity_sd")


def test_every_column_says_what_it_is() -> None:
    volume = np.ones((2, 3, 4), np.uint8)
    image = Image(volume, Geometry((1.0, 1.0, 1.0), (0.0, 0.0, 0.0), AXIAL))
    assert all(
        column.description.endswith(".") for column in shape(image, LabelMap.of(image, volume)).columns
    )
