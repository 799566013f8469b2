"""``coronal plugins``."""

from coronal_client.cli.commands.options import DEFAULT_SERVER, Json, Server, Wide
from coronal_client.cli.display.listing import listing
from coronal_client.cli.display.screen import Screen
from coronal_client.client import Client

__all__ = ["plugins"]


def plugins(*, server: Server = DEFAULT_SERVER, wide: Wide = False, as_json: Json = False) -> None:
    """List what the workers can do, and the plugins left out."""
    screen = Screen(as_json, wide)
    with Client(server) as client:
        catalogue = client.plugins()
    rows = [
        (spec["name"], spec["kind"], spec["version"], ", ".join(spec["pools"]), spec["summary"])
        for spec in catalogue["algorithms"]
    ]
    screen.show(listing(("algorithm", "kind", "version", "pools", "what it does"), rows))
    for pool in catalogue["pools"]:
        screen.show(f"pool {pool['name']}: {pool['workers']} workers, reads {', '.join(pool['formats'])}")
        for rejected in pool["rejected"]:
            screen.show(f"  rejected: {rejected['name']} ({rejected['distribution']}): {rejected['reason']}")
    screen.give(catalogue)
