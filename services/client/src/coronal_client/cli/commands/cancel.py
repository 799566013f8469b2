"""``coronal cancel``."""

from coronal_client.cli.commands.options import DEFAULT_SERVER, Ids, Server
from coronal_client.client import Client

__all__ = ["cancel"]


def cancel(ids: Ids, *, server: Server = DEFAULT_SERVER) -> None:
    """End jobs that are queued or run, at once and for good."""
    with Client(server) as client:
        for id in ids:
            client.job(id).cancel()
