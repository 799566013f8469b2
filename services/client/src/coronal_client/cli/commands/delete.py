"""``coronal delete``."""

from coronal_client.cli.commands.options import DEFAULT_SERVER, Ids, Server
from coronal_client.client import Client

__all__ = ["delete"]


def delete(ids: Ids, *, server: Server = DEFAULT_SERVER) -> None:
    """Remove jobs, with their images and results."""
    with Client(server) as client:
        for id in ids:
            client.job(id).delete()
