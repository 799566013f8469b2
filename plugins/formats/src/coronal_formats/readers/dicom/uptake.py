"""The standardised uptake value of PET by body weight (SUVbw), where the header allows it.

The formula is that of the QIBA FDG-PET/CT profile: activity concentration × body weight / dose, the dose
decayed to the time to which the scanner has corrected the decay of the image (PS3.3, C.8.9.1 and C.8.9.2).
"""

from datetime import datetime, timedelta

from pydicom.dataset import Dataset
from pydicom.valuerep import DA, DT, TM

from coronal_formats.readers.dicom.groups import listed, numbers

__all__ = ["uptake_factor"]

_MIN_DOSE_BQ = 1e5
"""Below the dose of a mouse: some files tell it in MBq."""

_DAY = timedelta(days=1)


def uptake_factor(dataset: Dataset) -> float | None:
    """Return by what the values of a PET are multiplied to be g/ml of SUVbw.

    Returns
    -------
    float | None
        1 where they are that already (`Units` GML, and no other `SUVType`). None for what is no PET, is in
        another unit than Bq/ml, isn't corrected for attenuation and decay, or lacks weight, dose or time; and
        where the series begins after this image was acquired, as what is derived does: its decay was
        corrected to another time.
    """
    if dataset.get("Modality") != "PT":
        return None
    if dataset.get("Units") == "GML":
        return 1.0 if (dataset.get("SUVType") or "BW") == "BW" else None
    corrected = set(listed(dataset, "CorrectedImage"))
    if dataset.get("Units") != "BQML" or not {"ATTN", "DECY"} <= corrected:
        return None
    weight_kg = numbers(dataset, "PatientWeight", 1)
    try:
        dose_bq = _decayed_dose(dataset)
    except (ValueError, OverflowError):  # a date or a time that is none
        return None
    if weight_kg is None or weight_kg[0] <= 0 or dose_bq is None:
        return None
    return 1000 * weight_kg[0] / dose_bq


def _decayed_dose(dataset: Dataset) -> float | None:
    items = list(dataset.get("RadiopharmaceuticalInformationSequence") or [])
    if len(items) != 1:
        return None
    dose_bq = numbers(items[0], "RadionuclideTotalDose", 1)
    half_life_s = numbers(items[0], "RadionuclideHalfLife", 1)
    if dose_bq is None or half_life_s is None or dose_bq[0] < _MIN_DOSE_BQ or half_life_s[0] <= 0:
        return None
    if dataset.get("DecayCorrection") == "ADMIN":
        return dose_bq[0]
    elapsed = _since_injection(dataset, items[0]) if dataset.get("DecayCorrection") == "START" else None
    if elapsed is None:
        return None
    return float(dose_bq[0] * 2 ** (-elapsed.total_seconds() / half_life_s[0]))


def _since_injection(dataset: Dataset, drug: Dataset) -> timedelta | None:
    """Return how long before the series began the drug was given; None where that isn't known."""
    began, acquired = (_moment(dataset, name) for name in ("Series", "Acquisition"))
    if began is None or acquired is None or acquired < began:
        return None
    given = _injection(drug, began)
    return began - given if given is not None and timedelta(0) <= began - given < _DAY else None


def _injection(drug: Dataset, began: datetime) -> datetime | None:
    stated = drug.get("RadiopharmaceuticalStartDateTime")
    if stated:
        return DT(str(stated)).replace(tzinfo=None)
    time = drug.get("RadiopharmaceuticalStartTime")
    if not time:
        return None
    given = datetime.combine(began.date(), TM(str(time)).replace(tzinfo=None))
    return given if given <= began else given - _DAY  # before midnight


def _moment(dataset: Dataset, of: str) -> datetime | None:
    day, time = dataset.get(f"{of}Date"), dataset.get(f"{of}Time")
    return datetime.combine(DA(str(day)), TM(str(time))) if day and time else None
