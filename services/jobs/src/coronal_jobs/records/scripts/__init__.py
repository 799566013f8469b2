"""The atomic steps of a job's life, as Lua scripts: each begins with its precondition and its promise."""

import json
from functools import cache
from importlib.resources import files

__all__ = ["SHARED", "TRANSITIONS", "source_of"]

SHARED = ("common", "notifications", "offers")
"""What is no script by itself, and stands before each."""

_FOLDER = files(__name__)
_WITH_CHANGES = "local answer = run()\nreturn { cjson.encode(changes), answer }\n"

TRANSITIONS: dict[str, dict[str, list[str]]] = json.loads(
    _FOLDER.joinpath("transitions.json").read_text("utf-8")
)
"""For each step that changes a job's state: from which states to which. No script makes another change."""


@cache
def source_of(name: str) -> str:
    """Return the text of a script, with the table of transitions and what all scripts start with.

    A script that frees or ends something says so in its first line (``#!lua flags=allow-oom``, from Redis 7
    on), and is run by a full Redis too. Redis wants that line before all others. One that changes states
    answers with its changes, as JSON, and behind them with its own answer.
    """
    *shared, text = (_FOLDER.joinpath(f"{part}.lua").read_text("utf-8") for part in (*SHARED, name))
    line, _, rest = text.partition("\n")
    first, own = (f"{line}\n", rest) if line.startswith("#!") else ("", text)
    step = f"local function run()\n{own}end\n{_WITH_CHANGES}" if name in TRANSITIONS else own
    return "".join((first, _table_for(name), *shared, step))


def _table_for(name: str) -> str:
    """Render a step's transitions as a Lua table; one that is no step changes no state."""
    pairs = [f"{old} {new}" for old, states in TRANSITIONS.get(name, {}).items() for new in states]
    return (
        f"local STEP = '{name}'\nlocal ALLOWED = {{"
        + ", ".join(f"['{pair}'] = true" for pair in pairs)
        + "}\n"
    )
