"""Whether a stage finds what it wants: what the stages before it have made, and on which grid that lies."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from coronal.pipelines.pipeline import Pipeline, Stage
from coronal.spec import AlgorithmSpec, Input, Kind

__all__ = ["Grids", "wants_reference"]


@dataclass(frozen=True, slots=True)
class Grids:
    """On which grids image and label map lie after some stages of a pipeline.

    Parameters
    ----------
    image, labels
        A number for each grid: 0 is that of the source, each filter that makes another counts on. No labels:
        None.
    made
        How many other grids were made.
    """

    image: int = 0
    labels: int | None = None
    made: int = 0

    def after(self, stage: Stage, spec: AlgorithmSpec) -> "Grids":
        """Return them as they are after a stage."""
        match spec.kind:
            case Kind.SEGMENTER if Input.IMAGE in spec.inputs:
                return replace(self, labels=self._seen_by(stage))
            case Kind.FILTER:
                made = self.made + (not spec.keeps_geometry)
                image = self._seen_by(stage) if spec.keeps_geometry else made
                return Grids(image, self.labels if self.labels == image else None, made)
            case _:
                return self

    def fault(self, stage: Stage, spec: AlgorithmSpec, algorithms: Mapping[str, AlgorithmSpec]) -> str:
        """Return why a stage doesn't find what it wants; empty where it does."""
        if spec.needs_model:
            return f"{spec.name} must be fitted to images before it can be a stage"
        grid = self.labels if Input.LABELS in spec.inputs else self._seen_by(stage)
        if grid is None:
            return (
                f"{spec.name} wants a label map and no stage before it leaves one; put a segmenter before "
                f"it: {_segmenters(algorithms) or 'none is installed'}"
            )
        if Input.IMAGE in spec.inputs and grid != self._seen_by(stage):
            return (
                f"{spec.name} wants an image on the label map's own grid, and a filter has changed that "
                f"between them; found on: {stage.on}"
            )
        if Input.REFERENCE in spec.inputs and grid != 0:
            return f"{spec.name} compares on the grid of the source, and a filter before it has changed that"
        return ""

    def _seen_by(self, stage: Stage) -> int:
        return 0 if stage.on == "source" else self.image


def wants_reference(pipeline: Pipeline, algorithms: Mapping[str, AlgorithmSpec]) -> bool:
    """Return whether a stage compares with a label map that must be sent with the image."""
    stages = (stage for stage in pipeline.stages if not stage.model)
    return any(Input.REFERENCE in algorithms[stage.algorithm].inputs for stage in stages)


def _segmenters(algorithms: Mapping[str, AlgorithmSpec]) -> str:
    return ", ".join(
        name
        for name, spec in sorted(algorithms.items())
        if spec.kind is Kind.SEGMENTER and Input.LABELS not in spec.inputs
    )
