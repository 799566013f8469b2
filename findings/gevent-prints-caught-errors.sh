#!/usr/bin/env bash
# gevent's thread pool prints the traceback of an error to standard error also when the caller catches it.
#
# Guess: `threadpool.apply` raises in the caller what the function has raised, and that is all, as concurrent.futures does.
# Seen: the hub prints "Traceback … failed with FileNotFoundError" first, for each error, before the caller gets it
# (gevent 26.9.0, Debian 12, Python 3.11, x86-64). It is printed before the result is handed over: a standard error that
# can't be written to (a full disk) keeps the result from the caller.
# Source: gevent/threadpool.py, ThreadResult._on_async, which calls hub.handle_error.
# Consequence: let no error leave the function; return it as a value and raise it in the caller.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check 'gevent==26.9.0'
"$folder/venv/bin/python" - <<'PY'
import contextlib
import io
from concurrent.futures import Future

from gevent import get_hub


def missing():
    raise FileNotFoundError("expected, and caught")


def as_value():
    ended = Future()
    try:
        ended.set_result(missing())
    except OSError as error:
        ended.set_exception(error)
    return ended


def printed(ask):
    with contextlib.redirect_stderr(io.StringIO()) as text:
        # The hub takes its stream when it first prints.
        get_hub().exception_stream = text
        try:
            ask()
        except FileNotFoundError as error:
            print("caught:", error)
    return text.getvalue()


direct = printed(lambda: get_hub().threadpool.apply(missing))
print("printed, though it was caught:", direct.split()[0], "…", *direct.split()[-3:])
assert "Traceback" in direct and "FileNotFoundError" in direct
wrapped = printed(lambda: get_hub().threadpool.apply(as_value).result())
print("printed, when it left the thread as a value:", repr(wrapped))
assert wrapped == ""
PY
