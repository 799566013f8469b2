"""``coronal up``."""

import time
from pathlib import Path
from typing import Annotated

import typer

from coronal_client.cli.commands.options import Json, Workers
from coronal_client.cli.display.screen import Screen
from coronal_client.local.logs import MAX_LOG_BYTES
from coronal_client.local.server import Wish, local_server
from coronal_client.local.streams import keep_going_unheard

__all__ = ["up"]

_LOOK_AGAIN_S = 0.2


def up(
    *,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="The port; 0 takes one that is free.")] = 8000,
    data: Annotated[Path, typer.Option(help="The folder that everything is kept in.")] = Path("coronal-data"),
    workers: Workers,
    pool: Annotated[str, typer.Option(help="The pool that the workers belong to.")] = "default",
    redis_memory: Annotated[
        int,
        typer.Option(
            "--redis-memory-bytes",
            envvar="CORONAL_REDIS_MEMORY_BYTES",
            min=0,
            help="How much memory the records may take; 0 for as much as there is.",
        ),
    ] = 1 << 30,
    max_log: Annotated[
        int,
        typer.Option(
            "--max-log-bytes",
            envvar="CORONAL_MAX_LOG_BYTES",
            min=1,
            help="How long each log may grow; the last three before it are kept too.",
        ),
    ] = MAX_LOG_BYTES,
    as_json: Json = False,
) -> None:
    """Run a whole server on this machine, until Ctrl-C.

    It starts an embedded Redis, a gateway and workers, reachable from this machine alone. What was queued
    when it ended is still there at the next start with the same data folder. A worker or gateway that dies
    or stands still is replaced; when Redis dies everything ends. Logs are in the data folder, in logs/.
    """
    keep_going_unheard()
    screen = Screen(as_json)
    with local_server(Wish(data, port, workers, pool, redis_memory, max_log)) as server:
        for note in server.notes:
            screen.say(note)
        screen.show(f"Coronal is at {server.url} (open it in a browser for the console)")
        screen.give({"url": server.url, "redis_url": server.redis_url, "data": str(data.absolute())})
        try:
            while True:
                server.mend(screen.say)
                time.sleep(_LOOK_AGAIN_S)
        except (KeyboardInterrupt, SystemExit):
            screen.say("ending …")
