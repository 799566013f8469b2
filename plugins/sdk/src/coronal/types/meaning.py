"""What the values of an image mean."""

from enum import StrEnum

__all__ = ["Meaning"]


class Meaning(StrEnum):
    """What the values of an image mean."""

    INTENSITY = "intensity"
    """Brighter is more, of no unit: MR, microscopy, a grey photograph, a filter's output."""

    HOUNSFIELD = "HU"
    """Hounsfield units of CT: air -1000, water 0."""

    UPTAKE = "SUV"
    """Standardised uptake values of PET by body weight, in g/ml."""

    COLOUR = "colour"
    """Red, green and blue, as seen by an eye."""

    INDEX = "index"
    """Places in a palette: numbers of labels, whose colours are only how they were shown."""

    @property
    def unit(self) -> str:
        """The unit of the values; empty where they have none.

        >>> Meaning.HOUNSFIELD.unit, Meaning.INTENSITY.unit
        ('HU', '')
        """
        return self.value if self in (Meaning.HOUNSFIELD, Meaning.UPTAKE) else ""
