"""Base class of the models whose fitted state is a network: how they are saved and loaded."""

from abc import abstractmethod
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, Self, TypeVar

from coronal.models.model import Model
from coronal.models.record import ModelRecord, read_record, write_record
from coronal.models.trainable import restored
from coronal_networks.export.model_files import KeptNetwork

__all__ = ["Fitted", "NetworkModel", "NetworkRecord"]


class NetworkRecord(ModelRecord):
    """Record of a model that is a network."""

    @property
    @abstractmethod
    def input_shape(self) -> tuple[int | None, ...]:
        """Shape of one input of its network; None along an axis of any length."""

    @property
    @abstractmethod
    def output_channels(self) -> int:
        """Length of the last axis of its network's output."""


R = TypeVar("R", bound=NetworkRecord)


@dataclass(frozen=True, slots=True, eq=False)
class Fitted(Generic[R]):
    """The fitted state of a model: its record, and its network."""

    record: R
    network: KeptNetwork


@dataclass(kw_only=True, eq=False)
class NetworkModel(Model, Generic[R]):
    """A dataclass whose fields are the parameters, and whose fitted state is a network."""

    fitted: Fitted[R] | None = field(default=None, init=False, repr=False)

    @property
    def caveats(self) -> tuple[str, ...]:
        """That it is slow, where it has no ONNX graph."""
        return () if self.fitted is None else self.fitted.network.caveats

    def save(self, folder: Path) -> None:
        """Write ``model.json`` (the record), ``model.keras``, and ``model.onnx`` if there is a graph."""
        fitted = self._known()
        write_record(folder, fitted.record)
        fitted.network.write(folder)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote.

        Raises
        ------
        BadModel
            When a file is missing or broken, or is of another model.
        """
        record = read_record(folder, cls._record_type(), cls.__name__)
        model = restored(cls, record)
        network = KeptNetwork.read(folder, record.input_shape, record.output_channels)
        model.fitted = Fitted(record, network)
        return model

    @classmethod
    @abstractmethod
    def _record_type(cls) -> type[R]:
        """Return the class of its record."""

    def _known(self) -> Fitted[R]:
        if self.fitted is None:
            raise RuntimeError("a model must be fitted or loaded before it predicts")
        return self.fitted
