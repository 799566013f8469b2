"""``coronal plugins``."""

from rich import box
from rich.table import Table

from coronal_client.client import Client
from coronal_client.commands.options import DEFAULT_SERVER, Json, Server
from coronal_client.display.screen import Screen

__all__ = ["plugins"]


def plugins(*, server: Server = DEFAULT_SERVER, as_json: Json = False) -> None:
    """List what the workers can do, and the plugins left out."""
    screen = Screen(as_json)
    with Client(server) as client:
        catalogue = client.plugins()
    table = Table(
        "algorithm", "kind", "version", "pools", "what it does", box=box.SIMPLE_HEAD, pad_edge=False
    )
    for spec in catalogue["algorithms"]:
        table.add_row(spec["name"], spec["kind"], spec["version"], ", ".join(spec["pools"]), spec["summary"])
    screen.show(table)
    for pool in catalogue["pools"]:
        screen.show(f"pool {pool['name']}: {pool['workers']} workers, reads {', '.join(pool['formats'])}")
        for rejected in pool["rejected"]:
            screen.show(f"  rejected: {rejected['name']} ({rejected['distribution']}): {rejected['reason']}")
    screen.give(catalogue)
