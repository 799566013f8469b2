"""The Python client of Coronal.

    from coronal_client import Client

    results = Client("http://127.0.0.1:8000").submit("cells.png", "bright-objects").wait().results()
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coronal_client.client import Client
    from coronal_client.job import Job
    from coronal_client.results import Artifact, Results
    from coronal_client.status import Failure, State
    from coronal_client.tables import Column, Table

__all__ = ["Artifact", "Client", "Column", "Failure", "Job", "Results", "State", "Table"]

_HOMES = {
    "Artifact": "results",
    "Client": "client",
    "Column": "tables",
    "Failure": "status",
    "Job": "job",
    "Results": "results",
    "State": "status",
    "Table": "tables",
}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        # The client's httpx takes longer to import than `coronal --help` may take.
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
