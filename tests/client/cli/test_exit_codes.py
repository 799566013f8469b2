"""One table from errors to exit codes."""

import inspect

import pytest

from coronal_client import errors
from coronal_client.cli.exit_codes import EPILOG, ExitCode, exit_code

KINDS = [
    kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.CoronalError)
]


@pytest.mark.parametrize("kind", KINDS)
def test_each_error_has_an_exit_code_that_is_no_success(kind: type[errors.CoronalError]) -> None:
    assert exit_code(kind.__new__(kind)) not in (ExitCode.OK, ExitCode.INTERRUPTED)


@pytest.mark.parametrize("kind", KINDS)
def test_each_error_is_drawn_in_the_tree(kind: type[errors.CoronalError]) -> None:
    assert kind.__name__ in str(errors.__doc__)
    assert kind.__name__ in errors.__all__


@pytest.mark.parametrize("code", ExitCode)
def test_each_exit_code_is_reported_in_the_help(code: ExitCode) -> None:
    assert code.meaning in EPILOG


def test_what_the_sender_can_mend_is_reported_from_what_the_server_must() -> None:
    codes = [
        exit_code(kind.__new__(kind)) for kind in (errors.NotFound, errors.Unavailable, errors.PortTaken)
    ]
    assert codes == [ExitCode.REFUSED, ExitCode.UNAVAILABLE, ExitCode.LOCAL]
