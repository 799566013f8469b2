"""Which items of a data set a model is evaluated on, and which of them it knows."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from coronal import BadDataset
from coronal.models.model_file import ModelCard
from coronal.task_spec import Subset
from coronal_learning.datasets.dataset_contents import Item
from coronal_learning.datasets.duplicate_detection import ItemsWithDuplicates
from coronal_learning.datasets.duplicates.duplicates import LEARNED, Leakage

__all__ = ["EvaluationItems"]

_UNASSIGNED = "unassigned"


@dataclass(frozen=True, slots=True)
class EvaluationItems:
    """Items of a data set, to evaluate a model by.

    Parameters
    ----------
    numbers
        Their places in the data set, ascending.
    subset
        Whether they are those that were held out, or all.
    subsets
        What each item of the whole data set is for.
    sha256
        The digest of the data set.
    """

    numbers: tuple[int, ...]
    subset: Literal["all", "test"]
    subsets: tuple[Subset | None, ...]
    sha256: str

    @classmethod
    def of(
        cls, items: Sequence[Item], sha256: str, card: ModelCard, subset: Literal["auto", "all", "test"]
    ) -> "EvaluationItems":
        """Choose them.

        Parameters
        ----------
        items, sha256
            Of the data set, its items and its digest.
        card
            Of the model; if it was trained on this very data set, its own split holds, else what the data set
            says.
        subset
            As in `coronal.task_spec.EvaluationTask`.

        Raises
        ------
        BadDataset
            When the held-out subset is asked for and there is none.
        """
        is_own = card.dataset_sha256 == sha256
        subsets = card.subsets if is_own and card.subsets else tuple(item.subset for item in items)
        if subset == "all" or (subset == "auto" and not is_own):
            return cls(tuple(range(len(items))), "all", subsets, sha256)
        numbers = tuple(number for number, of in enumerate(subsets) if of == "test")
        if not numbers:
            raise BadDataset([f"an item must be for testing, found none among {len(items):,}; or take all"])
        return cls(numbers, "test", subsets, sha256)

    def known_to(self, card: ModelCard) -> int:
        """Return how many of them a model knows from its training."""
        if card.dataset_sha256 != self.sha256:
            return 0
        return sum(card.subsets[number] in LEARNED for number in self.numbers if number < len(card.subsets))

    def seen_by(self, card: ModelCard, known: ItemsWithDuplicates) -> Leakage:
        """Return those that a model has seen in others that it learned from, the same or nearly.

        Parameters
        ----------
        card
            Of the model.
        known
            The data set.
        """
        if card.dataset_sha256 != self.sha256 or len(card.subsets) != len(known.items):
            return Leakage()
        return Leakage.of(known, card.subsets, self.numbers)

    def counts(self, labels: Sequence[str]) -> dict[str, dict[str, int]]:
        """Count the items of the data set by their subset and their class.

        Parameters
        ----------
        labels
            The class of each item of the data set.
        """
        counts: dict[str, Counter[str]] = {}
        for subset, label in zip(self.subsets, labels, strict=True):
            counts.setdefault(subset or _UNASSIGNED, Counter())[label] += 1
        order = [subset for subset in ("train", "validation", "test", _UNASSIGNED) if subset in counts]
        return {subset: dict(sorted(counts[subset].items())) for subset in order}
