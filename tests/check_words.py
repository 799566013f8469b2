"""Fail where the field has a better word: ``python tests/check_words.py [FOLDER…]``.

``tests/words.toml`` lists the words with what to write instead, and the verbs that a function's docstring may
begin with. Without a folder, all that git tracks is checked.
"""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
_LIST = Path("tests/words.toml")
_TEXTS = {".py", ".lua", ".md", ".toml", ".yml", ".yaml", ".sh", ".txt", ".html", ".json", ".js"}
_NOUNS = {"property", "cached_property", "setter", "reader", "hookspec"}
"""Decorators of a function that a noun describes better: a property, a file format, an event."""


def main(folders: list[str]) -> int:
    """Print each fault in a line, and return the exit status."""
    found = [
        f"{path}:{line}: {fault}"
        for path in _files(folders)
        for line, fault in faults(path, (ROOT / path).read_text("utf-8"))
    ]
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


def faults(path: Path, text: str) -> Iterator[tuple[int, str]]:
    """Yield the line and the description of each fault in a file.

    Parameters
    ----------
    path
        Seen from the root: docstrings are checked in Python files outside the tests.
    text
        What stands in the file.
    """
    for pattern, instead in _patterns():
        for match in pattern.finditer(text):
            yield text.count("\n", 0, match.start()) + 1, f"{match[0]!r} should be {instead}"
    if path.suffix == ".py" and path.parts[0] != "tests":
        yield from _docstring_faults(text)


def _files(folders: list[str]) -> Iterator[Path]:
    git = ["git", "-c", "safe.directory=*", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others"]
    listed = subprocess.run(
        [*git, "--exclude-standard", *folders], check=True, capture_output=True, text=True
    )
    for path in map(Path, sorted(set(filter(None, listed.stdout.split("\0"))))):
        if path.suffix in _TEXTS and path != _LIST and (ROOT / path).is_file():
            yield path


@cache
def _words() -> dict[str, dict[str, Any]]:
    return tomllib.loads((ROOT / _LIST).read_text("utf-8"))


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    words = _words()
    names = [
        pattern
        for old, new in words["limits"].items()
        for pattern in (
            (rf"\b_?(?:[A-Z]+_)*{old}(?:_[A-Z]\w*)?\b", f"{new}_…"),
            (rf"(?m)^    {old.lower()}: (?=Annotated|int|float)", f"{new.lower()}_…"),
        )
    ]
    banned = [(rf"(?i)(?<![a-z]){word}(?![a-z])", instead) for word, instead in words["banned"].items()]
    return [(re.compile(pattern), instead) for pattern, instead in (*banned, *names)]


def _docstring_faults(text: str) -> Iterator[tuple[int, str]]:
    verbs = set(_words()["docstrings"]["verbs"].split())
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        docstring = ast.get_docstring(node)
        if docstring and _NOUNS.isdisjoint(map(_last_name, node.decorator_list)):
            first = docstring.split()[0].rstrip(",.:;")
            if first not in verbs:
                yield node.lineno, f"the docstring of {node.name} must begin with a verb, found {first!r}"


def _last_name(decorator: ast.expr) -> str:
    return ast.unparse(decorator).partition("(")[0].rpartition(".")[2]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
