"""The authors' commands, as `coronal try` and `coronal plugin` become them."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from command_line import commands


@pytest.fixture(scope="session")
def run_tool() -> Iterator[Callable[..., CompletedProcess[str]]]:
    """Return a function that runs a tool in a folder that is named."""
    with commands("coronal_worker.dev.__main__", "plugins_loaded") as running:
        yield running.run


@pytest.fixture
def tool(
    run_tool: Callable[..., CompletedProcess[str]], tmp_path: Path
) -> Callable[..., CompletedProcess[str]]:
    """Run a tool in a folder of its own."""
    return partial(run_tool, tmp_path)
