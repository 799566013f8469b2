"""The table of the gallery: images, and an entry for each algorithm."""

import json
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, model_validator
from ruamel.yaml import YAML

from coronal.pipelines.pipeline import Stage, parse
from coronal_worker.dev.errors import BadArgument

__all__ = ["Entry", "Gallery", "Reference", "Sample", "read_gallery", "stages_of"]


class _Plain(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Sample(_Plain):
    """A real image from an installed package."""

    title: str
    path: str = Field(description="Import name of the package, and path of the file in it.")

    def file(self) -> Path:
        """Return the path of the file, without importing the package.

        Raises
        ------
        BadArgument
            When the package isn't installed, or lacks the file.
        """
        package, _, path = self.path.partition("/")
        spec = find_spec(package)
        for folder in (spec and spec.submodule_search_locations) or ():
            if (found := Path(folder, path)).is_file():
                return found
        raise BadArgument(f"{self.title} must be the file {self.path} of an installed package; there is none")


class Reference(_Plain):
    """The reference of a comparison: the label map that stages produce from an image of the same grid."""

    image: str
    stages: tuple[JsonValue, ...]


class Entry(_Plain):
    """How the picture of one algorithm is made, and what it shows."""

    image: str = Field(description="Key of an image.")
    first: tuple[JsonValue, ...] = Field(default=(), description="Stages to run before it.")
    parameters: dict[str, JsonValue] = Field(default_factory=dict)
    reference: Reference | None = None
    shows: str = Field(description="One sentence.")

    def stages(self, algorithm: str) -> list[JsonValue]:
        """Return the whole pipeline in short form, with the algorithm as its last stage."""
        return [*self.first, {algorithm: self.parameters} if self.parameters else algorithm]


class Gallery(_Plain):
    """Images by key, and groups of entries by algorithm."""

    images: dict[str, Sample]
    groups: dict[str, dict[str, Entry]]

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if len(self.entries) < sum(map(len, self.groups.values())):
            raise ValueError("an algorithm must stand in one group, found one in two")
        entries = self.entries.values()
        named = {entry.image for entry in entries} | {e.reference.image for e in entries if e.reference}
        if named != set(self.images):
            raise ValueError(
                f"images must be those that entries name, found {sorted(named ^ set(self.images))}"
            )
        return self

    @property
    def entries(self) -> dict[str, Entry]:
        """All entries in order, by algorithm."""
        return {name: entry for group in self.groups.values() for name, entry in group.items()}


def read_gallery(path: Path) -> Gallery:
    """Read the table.

    Raises
    ------
    BadArgument
        When it doesn't match `Gallery`.
    """
    try:
        # A trusted file: the limits of submitted pipeline documents don't apply.
        return Gallery.model_validate(YAML(typ="safe", pure=True).load(path.read_text("utf-8")))
    except ValidationError as wrong:
        raise BadArgument(f"{path} must be a table of a gallery: {wrong}") from wrong


def stages_of(stages: Sequence[JsonValue]) -> tuple[Stage, ...]:
    """Return stages that are written as in a pipeline document; the list may be empty.

    >>> [stage.name for stage in stages_of(["otsu", {"largest": {"count": 2}}])]
    ['otsu', 'largest']
    """
    return parse(json.dumps(list(stages))).stages if stages else ()
