"""PET in SUV by body weight, where the header allows it, and in its own unit where it doesn't."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from dicom_files import image_file, items, saved
from dicom_series import packed, series_of
from pydicom.config import IGNORE
from pydicom.dataelem import DataElement
from pydicom.dataset import FileDataset

from coronal import Meaning
from coronal_formats.readers.dicom.reader import dicom
from coronal_formats.readers.dicom.uptake import uptake_factor
from coronal_formats.readers.zipped import zipped

STORED = np.arange(12, dtype=np.int16).reshape(3, 4) * 1000
HALF_LIFE_S, DOSE_BQ, WEIGHT_KG = 6586.2, 370e6, 70.0
SLOPE = 0.5


def header(**elements: object) -> dict[str, object]:
    """Return the elements of a PET of FDG, given 3,600 s before the series began."""
    drug = {
        "RadionuclideTotalDose": DOSE_BQ,
        "RadionuclideHalfLife": HALF_LIFE_S,
        "RadiopharmaceuticalStartTime": "233000.00",
    }
    found: dict[str, object] = {
        "Modality": "PT",
        "Units": "BQML",
        "CorrectedImage": ["NORM", "ATTN", "SCAT", "DECY"],
        "DecayCorrection": "START",
        "PatientWeight": WEIGHT_KG,
        "SeriesDate": "20200102",
        "SeriesTime": "003000",
        "AcquisitionDate": "20200102",
        "AcquisitionTime": "004500.5",
        "RescaleSlope": SLOPE,
        "RescaleIntercept": 0,
    }
    own = {
        name: elements.pop(name) for name in list(elements) if name.startswith("Radio") and "Seq" not in name
    }
    return {**found, "RadiopharmaceuticalInformationSequence": items(**{**drug, **own}), **elements}


def test_bq_per_ml_becomes_suv_with_the_dose_decayed_to_the_start_of_the_series(tmp_path: Path) -> None:
    image = dicom(saved(tmp_path, image_file(STORED, **header())))
    decayed_bq = DOSE_BQ * np.exp(-np.log(2) * 3600 / HALF_LIFE_S)
    assert image.meaning is Meaning.UPTAKE
    np.testing.assert_allclose(image.pixels, STORED * SLOPE * WEIGHT_KG * 1000 / decayed_bq, rtol=1e-5)


def test_where_decay_was_corrected_to_the_injection_the_dose_is_as_it_was_given(tmp_path: Path) -> None:
    image = dicom(saved(tmp_path, image_file(STORED, **header(DecayCorrection="ADMIN"))))
    np.testing.assert_allclose(image.pixels, STORED * SLOPE * WEIGHT_KG * 1000 / DOSE_BQ, rtol=1e-5)


def test_an_injection_with_its_date_is_the_same_as_one_before_midnight(tmp_path: Path) -> None:
    stated = header(RadiopharmaceuticalStartDateTime="20200101233000.00", RadiopharmaceuticalStartTime="")
    one, other = (dicom(saved(tmp_path, image_file(STORED, **found))) for found in (stated, header()))
    np.testing.assert_array_equal(one.pixels, other.pixels)


def test_g_per_ml_is_suv_already(tmp_path: Path) -> None:
    image = dicom(saved(tmp_path, image_file(STORED, **header(Units="GML"))))
    assert image.meaning is Meaning.UPTAKE
    np.testing.assert_allclose(image.pixels, STORED * SLOPE)


@pytest.mark.parametrize(
    "elements",
    [
        {"Units": "CNTS"},
        {"Units": "GML", "SUVType": "LBM"},
        {"CorrectedImage": ["ATTN"]},
        {"DecayCorrection": "NONE"},
        {"PatientWeight": None},
        {"PatientWeight": 0},
        {"AcquisitionTime": "002900"},
        {"SeriesTime": None},
        {"RadionuclideTotalDose": 370},
        {"RadionuclideHalfLife": None},
        {"RadiopharmaceuticalStartDateTime": "20191201120000"},
        {"RadiopharmaceuticalInformationSequence": []},
    ],
    ids=str,
)
def test_what_the_header_does_not_say_is_not_assumed(tmp_path: Path, elements: dict[str, object]) -> None:
    image = dicom(saved(tmp_path, image_file(STORED, **header(**elements))))
    assert image.meaning is Meaning.INTENSITY
    np.testing.assert_allclose(image.pixels, STORED * SLOPE)


def test_a_date_that_is_none_gives_no_suv() -> None:
    dataset = image_file(STORED, **header())
    assert uptake_factor(dataset) is not None
    dataset["SeriesDate"] = DataElement("SeriesDate", "DA", "20201399", validation_mode=IGNORE)
    assert uptake_factor(dataset) is None


def test_each_slice_of_a_series_has_its_own_rescale_in_suv(tmp_path: Path) -> None:
    datasets: list[FileDataset] = series_of(np.stack([STORED] * 3), **header(DecayCorrection="ADMIN"))
    for z, dataset in enumerate(datasets):
        dataset.RescaleSlope = 1 + z
    image = zipped(packed(tmp_path, datasets))
    assert image.meaning is Meaning.UPTAKE
    factor: Callable[[int], float] = lambda z: (1 + z) * WEIGHT_KG * 1000 / DOSE_BQ  # noqa: E731
    np.testing.assert_allclose(image.pixels, [STORED * factor(z) for z in range(3)], rtol=1e-5)
