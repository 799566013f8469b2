"""Which items of a data set a model is judged by, and which of them it knows."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from coronal import BadDataset
from coronal.model_file import ModelCard
from coronal.task_spec import Part
from coronal_learning.dataset_contents import Item
from coronal_learning.duplicates import LEARNED, Seen
from coronal_learning.identification import Identified

__all__ = ["ChosenItems"]

_NO_PART = "no part"


@dataclass(frozen=True, slots=True)
class ChosenItems:
    """Items of a data set, to judge a model by.

    Parameters
    ----------
    numbers
        Their places in the data set, ascending.
    part
        Whether they are those that were held out, or all.
    parts
        What each item of the whole data set is for.
    sha256
        The digest of the data set.
    """

    numbers: tuple[int, ...]
    part: Literal["all", "test"]
    parts: tuple[Part | None, ...]
    sha256: str

    @classmethod
    def of(
        cls, items: Sequence[Item], sha256: str, card: ModelCard, part: Literal["auto", "all", "test"]
    ) -> "ChosenItems":
        """Choose them.

        Parameters
        ----------
        items, sha256
            Of the data set, its items and its digest.
        card
            Of the model; if it was trained on this very data set, its own split holds, else what the data set
            says.
        part
            As in `coronal.task_spec.EvaluationTask`.

        Raises
        ------
        BadDataset
            When the held-out part is asked for and there is none.
        """
        is_own = card.dataset_sha256 == sha256
        parts = card.parts if is_own and card.parts else tuple(item.part for item in items)
        if part == "all" or (part == "auto" and not is_own):
            return cls(tuple(range(len(items))), "all", parts, sha256)
        numbers = tuple(number for number, of in enumerate(parts) if of == "test")
        if not numbers:
            raise BadDataset([f"an item must be for testing, found none among {len(items):,}; or take all"])
        return cls(numbers, "test", parts, sha256)

    def known_to(self, card: ModelCard) -> int:
        """Tell how many of them a model knows from its training."""
        if card.dataset_sha256 != self.sha256:
            return 0
        return sum(card.parts[number] in LEARNED for number in self.numbers if number < len(card.parts))

    def seen_by(self, card: ModelCard, known: Identified) -> Seen:
        """Return those that a model has seen in others that it learned from, the same or nearly.

        Parameters
        ----------
        card
            Of the model.
        known
            The data set.
        """
        if card.dataset_sha256 != self.sha256 or len(card.parts) != len(known.items):
            return Seen()
        return Seen.of(known, card.parts, self.numbers)

    def counts(self, labels: Sequence[str]) -> dict[str, dict[str, int]]:
        """Count the items of the data set by their part and their class.

        Parameters
        ----------
        labels
            The class of each item of the data set.
        """
        counts: dict[str, Counter[str]] = {}
        for part, label in zip(self.parts, labels, strict=True):
            counts.setdefault(part or _NO_PART, Counter())[label] += 1
        order = [part for part in ("train", "validation", "test", _NO_PART) if part in counts]
        return {part: dict(sorted(counts[part].items())) for part in order}
