"""The command `coronal`."""

import sys

import typer

from coronal_client.cli.commands.batch import batch
from coronal_client.cli.commands.cancel import cancel
from coronal_client.cli.commands.dataset import dataset
from coronal_client.cli.commands.delete import delete
from coronal_client.cli.commands.demo import demo
from coronal_client.cli.commands.jobs import jobs
from coronal_client.cli.commands.log import log
from coronal_client.cli.commands.model import model
from coronal_client.cli.commands.pipelines import pipelines
from coronal_client.cli.commands.plugins import plugins
from coronal_client.cli.commands.processes import PASSED_ON, gateway, janitor, plugin, recover, try_, worker
from coronal_client.cli.commands.replay import replay
from coronal_client.cli.commands.results import results
from coronal_client.cli.commands.retry import retry
from coronal_client.cli.commands.run import run
from coronal_client.cli.commands.status import status
from coronal_client.cli.commands.submit import submit
from coronal_client.cli.commands.up import up
from coronal_client.cli.exit_codes import EPILOG, ExitCode, exit_code
from coronal_client.errors import CoronalError, ServerUnreachable
from coronal_client.local.signals import end_by_exception

__all__ = ["app", "main"]

app = typer.Typer(
    help="Coronal: medical images through pipelines of plugins.",
    epilog=EPILOG,
    no_args_is_help=True,
    add_completion=False,
    # Rich's own help takes longer than all else that `coronal --help` does.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

for _command in (up, demo, run, submit, status, results, jobs, log, cancel, retry, replay, delete, plugins):
    app.command()(_command)
app.add_typer(batch, name="batch")
app.add_typer(pipelines, name="pipelines")
app.add_typer(dataset, name="dataset")
app.add_typer(model, name="model")
for _program in (try_, plugin, gateway, worker, janitor, recover):
    app.command(_program.__name__.rstrip("_"), context_settings=PASSED_ON, add_help_option=False)(_program)


def main() -> None:
    """Run the command, and end with an exit code of `coronal_client.cli.exit_codes`."""
    end_by_exception()
    try:
        app()
    except CoronalError as error:
        typer.echo(f"coronal: {error}", err=True)
        if isinstance(error, ServerUnreachable):
            typer.echo("coronal up runs a server on this machine; --server tells where another is", err=True)
        sys.exit(exit_code(error))
    except OSError as error:
        typer.echo(f"coronal: {error}", err=True)
        sys.exit(ExitCode.USAGE)
    except KeyboardInterrupt:
        sys.exit(ExitCode.INTERRUPTED)
