"""Scores of the segmentation of one image."""

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import Field

from coronal import BadDataset, LabelMap
from coronal_learning.evaluation.estimate import ReportModel
from coronal_learning.evaluation.mask_agreement import agreement

__all__ = ["ItemScores"]


class ItemScores(ReportModel):
    """The scores of one segmented image, label by label in the order of the report's rows.

    Parameters
    ----------
    dice, jaccard, hausdorff95
        None where it is undefined: Dice and Jaccard where a label is neither in the truth nor found, the
        distance where it is in one of the two only.
    unit
        Of the distance.
    truth_px, predicted_px
        The pixels of each label.
    """

    dice: tuple[float | None, ...]
    jaccard: tuple[float | None, ...]
    hausdorff95: tuple[float | None, ...]
    unit: Literal["mm", "px"]
    truth_px: tuple[int, ...] = Field(description="Pixels, or voxels.")
    predicted_px: tuple[int, ...]

    @classmethod
    def of(cls, truth: LabelMap, found: LabelMap, names: Mapping[int, str]) -> Self:
        """Compare a segmentation with the truth.

        Parameters
        ----------
        truth, found
            On one grid.
        names
            The labels that are compared.

        Raises
        ------
        BadDataset
            When they aren't: what is done to images before the model must leave them in their place.
        """
        if not truth.lies_on(found):
            raise BadDataset(
                [
                    "each label map must lie on the grid of what is found, or they can't be compared; found "
                    f"{truth.shape} and {found.shape}"
                ]
            )
        each = [agreement(truth.labels == label, found.labels == label, truth.spacing) for label in names]
        return cls(
            dice=tuple(one.dice for one in each),
            jaccard=tuple(one.jaccard for one in each),
            hausdorff95=tuple(one.hausdorff95 for one in each),
            unit="mm" if truth.geometry.spacing_mm else "px",
            truth_px=tuple(one.truth_px for one in each),
            predicted_px=tuple(one.predicted_px for one in each),
        )

    @property
    def mean_dice(self) -> float | None:
        """The mean of the labels that are in the truth or were found; None where there are none."""
        reported = [one for one in self.dice if one is not None]
        return sum(reported) / len(reported) if reported else None
