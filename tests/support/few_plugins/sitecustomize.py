"""Hides most of Coronal's own plugins from a process whose ``PYTHONPATH`` begins with this folder.

To load all takes a worker two seconds. Where a test looks at what a worker does, and not at what it offers,
these few do; the plugins of the test itself are all there.
"""

from importlib import metadata
from typing import Any

KEPT = {"gaussian", "median", "otsu", "shape", "read-png"}
OWN = {"coronal-imaging", "coronal-formats", "coronal-learning", "coronal-networks"}

_entry_points = metadata.entry_points


def _few_entry_points(**wanted: Any) -> metadata.EntryPoints:
    found = _entry_points(**wanted)
    if wanted.get("group") != "coronal":
        return found
    return metadata.EntryPoints(point for point in found if _is_kept(point))


def _is_kept(point: metadata.EntryPoint) -> bool:
    is_own = point.dist is not None and point.dist.name in OWN
    return not is_own or point.name in KEPT or point.name.startswith("write-")


if __name__ == "sitecustomize":  # and not where pytest looks for doctests
    metadata.entry_points = _few_entry_points
