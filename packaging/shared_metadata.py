"""The metadata that all members share: a hook of hatchling that each member's pyproject.toml names.

A member says what is its own: name, description, entry points, dependencies. Those of its dependencies that
are members are pinned to its own version, because members are tested and released together.
"""

import re
import tomllib
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

_ROOT = Path(__file__).parents[1]
_NAME = re.compile(r"[\w.-]+")


class SharedMetadata(MetadataHookInterface):
    """Adds to a member's own metadata what the table ``tool.coronal`` of the root says of all."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Set version, readme, licence, classifiers and dependencies of a member.

        Parameters
        ----------
        metadata
            The table ``project`` of the member.
        """
        shared = tomllib.loads((_ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["coronal"]

        def pinned(requirements: list[str]) -> list[str]:
            return [_pinned(one, shared["members"], shared["version"]) for one in requirements]

        metadata |= {key: shared[key] for key in ("version", "requires-python", "license", "classifiers")}
        metadata["readme"] = {"content-type": "text/markdown", "text": _readme(metadata)}
        metadata["dependencies"] = pinned(self.config["dependencies"])
        if extras := self.config.get("optional-dependencies"):
            metadata["optional-dependencies"] = {extra: pinned(wanted) for extra, wanted in extras.items()}


def _readme(metadata: dict[str, Any]) -> str:
    about = Path(__file__).with_name("readme.md").read_text("utf-8")
    return f"# {metadata['name']}\n\n{metadata['description']}.\n\n{about}"


def _pinned(requirement: str, members: dict[str, Any], version: str) -> str:
    name = _NAME.match(requirement)
    return f"{requirement}=={version}" if name and name[0] in members else requirement
