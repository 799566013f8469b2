"""What a network that classifies has learned."""

from dataclasses import dataclass

from coronal_networks.model_files import KeptNetwork, Record
from coronal_networks.preparation import Preparation

__all__ = ["Fitted", "LearnerRecord"]


class LearnerRecord(Record):
    """What a classifier is, apart from its network.

    Parameters
    ----------
    classes
        Their names in the order of the network's outputs.
    preparation
        How images become its inputs.
    """

    classes: tuple[str, ...]
    preparation: Preparation


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """What was learned: what the classifier is, and its network."""

    record: LearnerRecord
    network: KeptNetwork
