"""What ``coronal run`` and ``coronal demo`` have in common: send, follow, save, show."""

from contextlib import ExitStack
from pathlib import Path

from coronal_client.client import Client
from coronal_client.display.progress import Bars
from coronal_client.display.report import code_of, item_body, show_item
from coronal_client.display.screen import Screen
from coronal_client.exit_codes import ExitCode
from coronal_client.items import Item, follow
from coronal_client.local.temporary import temporary_server

__all__ = ["run_items"]


def run_items(screen: Screen, items: list[Item], out: Path, *, server: str, workers: int) -> ExitCode:
    """Run items on a server, save their results, show what has become of them, and give the exit code.

    Parameters
    ----------
    screen
        Where it is shown.
    items
        What is sent.
    out
        Where each gets a folder for its results.
    server
        The server's address; where it is empty one is started for as long as it takes.
    workers
        How many jobs run at a time on such a server.
    """
    with ExitStack() as stack:
        if not server:
            screen.say("starting a server for as long as it takes …")
        url = server or stack.enter_context(temporary_server(workers))
        client = stack.enter_context(Client(url))
        bars = stack.enter_context(Bars(items, screen.messages))
        follow(client, items, out, watch=bars.update)
    for item in items:
        show_item(screen, item)
    screen.give([item_body(item) for item in items])
    return code_of(items)
