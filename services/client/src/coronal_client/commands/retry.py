"""``coronal retry``."""

from coronal_client.client import Client
from coronal_client.commands.options import DEFAULT_SERVER, Ids, Server

__all__ = ["retry"]


def retry(ids: Ids, *, server: Server = DEFAULT_SERVER) -> None:
    """Start jobs again that have failed or were cancelled, where they stopped."""
    with Client(server) as client:
        for id in ids:
            client.job(id).retry()
