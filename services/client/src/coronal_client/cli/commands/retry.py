"""``coronal retry``."""

from coronal_client.cli.commands.options import DEFAULT_SERVER, Ids, Server
from coronal_client.client import Client

__all__ = ["retry"]


def retry(ids: Ids, *, server: Server = DEFAULT_SERVER) -> None:
    """Start jobs again that have failed or were cancelled, where they stopped."""
    with Client(server) as client:
        for id in ids:
            client.job(id).retry()
