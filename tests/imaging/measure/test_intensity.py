"""How bright each object is, and how its values are spread."""

import numpy as np
import pytest
from scipy import stats
from skimage import data
from skimage.measure import label, regionprops

from coronal import Geometry, Image, LabelMap, Meaning
from coronal_imaging.measure.intensity import intensity


def test_it_is_what_numpy_and_scipy_find() -> None:
    green = data.retina()[300:500, 300:500, 1]
    labels = label(green > 100)
    table = intensity(Image(green), LabelMap(labels), bins=16)
    inside = green[labels > 0]
    rows = list(zip(*(table.column(column.name) for column in table.columns), strict=True))
    checked = 0
    for region, row in zip(regionprops(labels, green), rows, strict=True):
        values = region.image_intensity[region.image].astype(np.float64)
        assert row[:2] == (region.label, values.size)
        if np.ptp(values) == 0:
            continue
        percentiles = np.percentile(values, [0, 10, 25, 50, 75, 90, 100])
        counts = np.histogram(values, 16, (inside.min(), inside.max()))[0]
        expected = [
            values.mean(),
            values.std(),
            *percentiles,
            stats.skew(values),
            stats.kurtosis(values),
            (values**2).sum(),
            stats.entropy(counts, base=2),
        ]
        assert row[2:] == pytest.approx(expected, rel=1e-9, abs=1e-9)
        checked += 1
    assert checked > 10


def test_a_normal_distribution_has_its_known_moments() -> None:
    values = np.random.default_rng(0).normal(40, 12, (100, 100, 30))
    image = Image(values, Geometry((2.0, 1.0, 1.0)), meaning=Meaning.HOUNSFIELD)
    table = intensity(image, LabelMap.of(image, values > -999))
    found = dict(zip(table.headings, table.rows[0], strict=True))
    assert found["mean_HU"] == pytest.approx(40, abs=0.1)
    assert found["sd_HU"] == pytest.approx(12, abs=0.1)
    assert found["p90_HU"] == pytest.approx(40 + 1.2816 * 12, abs=0.2)
    assert found["skewness"] == pytest.approx(0, abs=0.02)
    assert found["kurtosis"] == pytest.approx(0, abs=0.03)
    assert found["energy_HU2"] == pytest.approx(300_000 * (40**2 + 12**2), rel=0.01)


def test_four_levels_alike_have_two_bits() -> None:
    values = np.repeat([0, 1, 2, 3], 5).reshape(4, 5)
    table = intensity(Image(values), LabelMap(np.ones((4, 5), np.uint8)), bins=4)
    assert table.column("entropy") == (2.0,)


def test_one_value_has_no_form() -> None:
    table = intensity(Image(np.full((3, 3), 0.1)), LabelMap(np.ones((3, 3), np.uint8)))
    assert table.column("sd") == (0.0,)
    assert (table.column("skewness"), table.column("kurtosis"), table.column("entropy")) == (
        (None,),
        (None,),
        (0.0,),
    )


def test_what_is_no_number_does_not_count() -> None:
    image = Image(np.array([[1.0, 3.0, np.nan, np.inf, np.nan]]))
    table = intensity(image, LabelMap(np.array([[1, 1, 1, 1, 2]])))
    assert table.column("values") == (2, 0)
    assert table.column("mean") == (2.0, None)
    assert table.column("maximum") == (3.0, None)


def test_without_objects_there_is_no_row() -> None:
    assert intensity(Image(np.ones((3, 3))), LabelMap(np.zeros((3, 3), np.uint8))).rows == ()
