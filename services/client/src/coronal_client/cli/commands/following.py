"""What ``coronal run`` and ``coronal demo`` have in common: send, follow, save, show."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from coronal_client.batches.items import Item, follow
from coronal_client.cli.display.progress import Bars
from coronal_client.cli.display.report import show_item
from coronal_client.cli.display.screen import Screen
from coronal_client.client import Client
from coronal_client.local.temporary import temporary_server

__all__ = ["connected", "run_items"]


@contextmanager
def connected(screen: Screen, server: str, workers: int) -> Iterator[Client]:
    """Return the client of a server while the context is open.

    Parameters
    ----------
    screen
        Where it is said when a server is started.
    server
        Its address; where it is empty one is started for as long as it takes.
    workers
        How many jobs run at a time on such a server.
    """
    if server:
        with Client(server) as client:
            yield client
        return
    screen.say("starting a server for as long as it takes …")
    with temporary_server(workers) as url, Client(url) as client:
        yield client


def run_items(screen: Screen, client: Client, items: list[Item], out: Path) -> None:
    """Run items on a server, save their results, and show what has become of them.

    Parameters
    ----------
    screen
        Where it is shown.
    client
        Of the server.
    items
        What is sent.
    out
        Where each gets a folder for its results.
    """
    with Bars(items, screen.messages) as bars:
        follow(client, items, out, watch=bars.update)
    for item in items:
        show_item(screen, item)
