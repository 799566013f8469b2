"""Fail where the tree holds what must not stand in it: ``python tests/check_tree.py [FOLDER]``.

No host of a package registry (everybody installs from their own), no path of somebody's machine, no lock file
with addresses, no large file, and no marker of an unfinished merge.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from pip._internal.models.index import PyPI, TestPyPI

MAX_BYTES = 1_000_000

_LOCK_FILES = re.compile(
    r"(uv|poetry|Pipfile|pdm|Cargo|yarn|bun|conda)\.lockb?|pylock(\..+)?\.toml"
    r"|(package-lock|npm-shrinkwrap)\.json|pnpm-lock\.yaml"
)
# A name of one letter stands in a test for anybody's.
_MACHINE_PATH = re.compile(r"/(?:home|root|Users)/[\w.-]{2,}|\b[A-Z]:\\Users\\\w{2,}")
_MERGE_MARKER = re.compile(r"^(?:<{7}|>{7}|\|{7}) ", re.MULTILINE)
# In parts: this file is in the tree, too.
_OTHER_REGISTRIES = (
    ("pypi", "python", "org"),
    ("registry", "npmjs", "org"),
    ("registry", "yarnpkg", "com"),
    ("conda", "anaconda", "org"),
    ("proxy", "golang", "org"),
)


def main(folder: Path) -> int:
    """Print what is wrong with the tree of a folder, a line each, and give the exit status."""
    found = [fault for path in _files(folder) for fault in _faults(folder, path)]
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


def _files(folder: Path) -> list[Path]:
    # All that is tracked, and all that a commit could add; also where the checkout is another user's.
    git = ["git", "-c", "safe.directory=*", "-C", str(folder), "ls-files"]
    listed = subprocess.run(
        [*git, "-z", "--cached", "--others", "--exclude-standard"], check=True, capture_output=True, text=True
    )
    names = sorted(set(filter(None, listed.stdout.split("\0"))))
    return [Path(name) for name in names if (folder / name).is_file()]


def _faults(folder: Path, path: Path) -> Iterator[str]:
    if _LOCK_FILES.fullmatch(path.name):
        yield f"{path}: a lock file holds addresses; the pins are requirements/*.txt"
    size_bytes = (folder / path).stat().st_size
    if size_bytes > MAX_BYTES:
        yield f"{path}: a file must have at most {MAX_BYTES:,} bytes, found {size_bytes:,}"
        return
    text = (folder / path).read_text("utf-8", errors="replace")
    for kind, pattern in _patterns():
        for match in pattern.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            yield f"{path}:{line}: {kind}: {match[0].strip()}"


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    hosts = "|".join(re.escape(host) for host in sorted(_registry_hosts()))
    return [
        ("the host of a package registry", re.compile(rf"(?<![\w.-])(?:{hosts})(?![\w-])", re.IGNORECASE)),
        ("a path of somebody's machine", _MACHINE_PATH),
        ("a marker of a merge", _MERGE_MARKER),
    ]


def _registry_hosts() -> set[str]:
    of_pip = {host for index in (PyPI, TestPyPI) for host in (index.netloc, index.file_storage_domain)}
    return of_pip | {".".join(parts) for parts in _OTHER_REGISTRIES} | set(_configured_hosts())


def _configured_hosts() -> Iterator[str]:
    """Yield the hosts that pip installs from on this machine: a mirror must not stand in the tree either."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], check=True, capture_output=True, text=True
    )
    for address in re.findall(r"https?://[^\s'\"]+", listed.stdout):
        host = urlsplit(address).hostname or ""
        if "." in host and not host.startswith("127."):
            yield host


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else ".")))
