"""What stands in the gallery: the table that it is drawn from."""

import json
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, model_validator
from ruamel.yaml import YAML

from coronal_jobs.pipeline import Stage, parse
from coronal_tools.errors import BadArgument

__all__ = ["Entry", "Gallery", "Reference", "Sample", "read_gallery", "stages_of"]


class _Plain(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Sample(_Plain):
    """A real image that lies in an installed package."""

    title: str
    path: str = Field(description="The package's import name, and where in it the file lies.")

    def file(self) -> Path:
        """Find the file; the package is not imported.

        Raises
        ------
        BadArgument
            When the package isn't installed, or is there without it.
        """
        package, _, path = self.path.partition("/")
        spec = find_spec(package)
        for folder in (spec and spec.submodule_search_locations) or ():
            if (found := Path(folder, path)).is_file():
                return found
        raise BadArgument(f"{self.title} must be the file {self.path} of an installed package; there is none")


class Reference(_Plain):
    """The label map that is compared with: what stages find in an image of the same grid."""

    image: str
    stages: tuple[JsonValue, ...]


class Entry(_Plain):
    """How the picture of one algorithm is made, and what is to be seen in it."""

    image: str = Field(description="The key of an image.")
    first: tuple[JsonValue, ...] = Field(default=(), description="The stages that are run before it.")
    parameters: dict[str, JsonValue] = Field(default_factory=dict)
    reference: Reference | None = None
    shows: str = Field(description="One sentence.")

    def stages(self, algorithm: str) -> list[JsonValue]:
        """Give the whole pipeline in short form, with the algorithm as its last stage."""
        return [*self.first, {algorithm: self.parameters} if self.parameters else algorithm]


class Gallery(_Plain):
    """Images, and entries by the name of their algorithm, in groups."""

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
        """All entries, by the name of their algorithm, in their order."""
        return {name: entry for group in self.groups.values() for name, entry in group.items()}


def read_gallery(path: Path) -> Gallery:
    """Read the table.

    Raises
    ------
    BadArgument
        When it isn't of the form of `Gallery`.
    """
    try:
        # It is no stranger's: the bounds of a pipeline's document are not for it.
        return Gallery.model_validate(YAML(typ="safe", pure=True).load(path.read_text("utf-8")))
    except ValidationError as wrong:
        raise BadArgument(f"{path} must be a table of a gallery: {wrong}") from wrong


def stages_of(stages: Sequence[JsonValue]) -> tuple[Stage, ...]:
    """Read stages as they stand in a pipeline document; none may stand there.

    >>> [stage.name for stage in stages_of(["otsu", {"largest": {"count": 2}}])]
    ['otsu', 'largest']
    """
    return parse(json.dumps(list(stages))).stages if stages else ()
