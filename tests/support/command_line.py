"""The command `coronal`, as a process of its own."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

__all__ = ["COMMAND", "clean_environment", "coronal_in"]

COMMAND = [sys.executable, "-m", "coronal_client"]


def clean_environment() -> dict[str, str]:
    """Give this process's environment without any setting of Coronal."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CORONAL_")}
    return {**kept, "COLUMNS": "100"}


def coronal_in(
    folder: Path, *words: str | Path, environment: Mapping[str, str] = {}
) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder."""
    return subprocess.run(
        [*COMMAND, *map(str, words)],
        cwd=folder,
        env={**clean_environment(), **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
