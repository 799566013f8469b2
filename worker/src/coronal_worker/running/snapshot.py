"""The case snapshot between two stage groups, serialized as one blob: NumPy's npz, without pickle."""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from pydantic import TypeAdapter

from coronal import (
    Case,
    Explanation,
    Geometry,
    Image,
    LabelMap,
    Meaning,
    Prediction,
    Reference,
    StageRun,
    Table,
)

__all__ = ["Snapshot", "deserialize", "serialize"]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The case that a stage group leaves for the next, and the runs of the stages so far."""

    case: Case
    runs: tuple[StageRun, ...]


@dataclass(frozen=True, slots=True)
class _ImageFacts:
    geometry: Geometry
    has_channels: bool
    modality: str
    meaning: Meaning
    has_padding: bool = False
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _LabelFacts:
    geometry: Geometry
    names: dict[int, str]
    stored_as: dict[int, int] = field(default_factory=dict)
    are_objects: bool | None = None


@dataclass(frozen=True, slots=True)
class _ExplanationFacts:
    image: _ImageFacts
    heat: _ImageFacts


@dataclass(frozen=True, slots=True)
class _Facts:
    """All of a snapshot except its arrays."""

    source: _ImageFacts
    image: _ImageFacts | None
    labels: _LabelFacts | None
    tables: dict[str, Table]
    predictions: dict[str, Prediction]
    runs: tuple[StageRun, ...]
    reference: _LabelFacts | None = None
    is_moved: bool | None = None
    """This and the next are None in snapshots of older workers, which compared grids alone."""
    labels_moved: bool | None = None
    explanations: dict[str, _ExplanationFacts] = field(default_factory=dict)


_FACTS = TypeAdapter(_Facts)


def serialize(snapshot: Snapshot) -> bytes:
    """Return a snapshot as bytes; `deserialize` is the inverse."""
    case = snapshot.case
    is_unchanged = case.image is case.source
    facts = _Facts(
        source=_facts_of(case.source),
        image=None if is_unchanged else _facts_of(case.image),
        labels=_label_facts(case.labels) if case.labels else None,
        reference=_label_facts(case.reference) if case.reference else None,
        tables=dict(case.tables),
        predictions=dict(case.predictions),
        is_moved=case.is_moved,
        labels_moved=case.labels_moved,
        explanations={
            stage: _ExplanationFacts(_facts_of(one.image), _facts_of(one.heat))
            for stage, one in case.explanations.items()
        },
        runs=snapshot.runs,
    )
    arrays: dict[str, Any] = {
        "facts": np.frombuffer(_FACTS.dump_json(facts), np.uint8),
        **_arrays_of("source", case.source),
    }
    if not is_unchanged:
        arrays |= _arrays_of("image", case.image)
    if case.labels:
        arrays["labels"] = case.labels.labels
    if case.reference:
        arrays["reference"] = case.reference.labels
    for stage, explanation in case.explanations.items():
        arrays |= _arrays_of(f"explained.{stage}", explanation.image)
        arrays |= _arrays_of(f"heat.{stage}", explanation.heat)
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def deserialize(content: bytes) -> Snapshot:
    """Return the snapshot from the bytes of `serialize`."""
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        facts = _FACTS.validate_python(json.loads(arrays["facts"].tobytes()))
        source = _image(arrays, "source", facts.source)
        image = _image(arrays, "image", facts.image) if facts.image else source
        labels = LabelMap(arrays["labels"], *_places(facts.labels)) if facts.labels else None
        reference = (
            Reference(arrays["reference"], *_places(facts.reference), stored_as=facts.reference.stored_as)
            if facts.reference
            else None
        )
        explanations = {
            stage: Explanation(
                _image(arrays, f"explained.{stage}", one.image), _image(arrays, f"heat.{stage}", one.heat)
            )
            for stage, one in facts.explanations.items()
        }
    case = Case(
        source=source,
        image=image,
        labels=labels,
        reference=reference,
        tables=facts.tables,
        predictions=facts.predictions,
        explanations=explanations,
        is_moved=_is_moved(image, source) if facts.is_moved is None else facts.is_moved,
        labels_moved=_is_moved(labels, source) if facts.labels_moved is None else facts.labels_moved,
    )
    return Snapshot(case, facts.runs)


def _is_moved(grid: Image | LabelMap | None, source: Image) -> bool:
    return grid is not None and (grid.shape, grid.geometry) != (source.shape, source.geometry)


def _places(facts: _LabelFacts) -> tuple[Geometry, dict[int, str], bool | None]:
    return facts.geometry, facts.names, facts.are_objects


def _label_facts(labels: LabelMap) -> _LabelFacts:
    return _LabelFacts(
        geometry=labels.geometry,
        names={int(label): name for label, name in labels.names.items()},
        stored_as=dict(labels.stored_as) if isinstance(labels, Reference) else {},
        are_objects=labels.are_objects,
    )


def _facts_of(image: Image) -> _ImageFacts:
    return _ImageFacts(
        image.geometry,
        image.has_channels,
        image.modality,
        image.meaning,
        has_padding=image.valid is not None,
        remarks=image.remarks,
    )


def _arrays_of(name: str, image: Image) -> dict[str, Any]:
    return {name: image.pixels} | ({} if image.valid is None else {f"valid.{name}": image.valid})


def _image(arrays: Mapping[str, Any], name: str, facts: _ImageFacts) -> Image:
    valid = arrays[f"valid.{name}"] if facts.has_padding else None
    return Image(
        arrays[name], facts.geometry, facts.has_channels, facts.modality, facts.meaning, valid, facts.remarks
    )
