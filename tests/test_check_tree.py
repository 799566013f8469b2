"""What the check of the tree finds, tried on small trees."""

import importlib.util
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from pip._internal.models.index import PyPI

CHECK = Path(__file__).with_name("check_tree.py")
Check = Callable[[Path], str]


@pytest.fixture(scope="module")
def main() -> Callable[[Path], int]:
    spec = importlib.util.spec_from_file_location("check_tree", CHECK)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Callable[[Path], int] = module.main
    return found


@pytest.fixture
def check(main: Callable[[Path], int], capsys: pytest.CaptureFixture[str]) -> Check:
    """Return what the check says of a folder; its exit status is 0 where that is nothing."""

    def run(folder: Path) -> str:
        status = main(folder)
        said = capsys.readouterr().out
        assert status == bool(said)
        return said

    return run


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    return tmp_path


def test_this_tree_passes(check: Check) -> None:
    assert check(CHECK.parents[1]) == ""


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        (
            "pins.txt",
            f"--index-url https://{PyPI.netloc}/simple",
            "pins.txt:1: the host of a package registry",
        ),
        (
            "a.js",
            "// npm\n// " + ".".join(("registry", "npmjs", "org")),
            "a.js:2: the host of a package registry",
        ),
        ("wheel.txt", f"https://{PyPI.file_storage_domain}/a.whl", "wheel.txt:1: the host of"),
        ("run.sh", "\n\ncd /" + "home/ada/coronal", "run.sh:3: a path of somebody's machine"),
        ("mac.md", "/" + "Users/ada", "mac.md:1: a path of somebody's machine"),
        ("win.md", "C:\\" + "Users\\ada", "win.md:1: a path of somebody's machine"),
        ("root.txt", "/" + "root/.cache", "root.txt:1: a path of somebody's machine"),
        ("merge.py", "<" * 7 + " HEAD\n", "merge.py:1: a marker of a merge"),
        ("merge.md", ">" * 7 + " theirs\n", "merge.md:1: a marker of a merge"),
        ("uv.lock", "", "uv.lock: a lock file"),
        ("pylock.worker.toml", "", "pylock.worker.toml: a lock file"),
        ("large.bin", "x" * 1_000_001, "large.bin: a file must have at most 1,000,000 bytes"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 20 else "",
)
def test_each_fault_is_reported_with_its_place(
    check: Check, tree: Path, name: str, text: str, fault: str
) -> None:
    (tree / name).write_text(text)

    assert check(tree).startswith(fault)


@pytest.mark.parametrize("name", ["tracked.txt", "new.txt"])
def test_tracked_and_new_files_are_looked_at(check: Check, tree: Path, name: str) -> None:
    (tree / name).write_text("<" * 7 + " HEAD\n")
    if name == "tracked.txt":
        subprocess.run(["git", "-C", tree, "add", name], check=True)

    assert name in check(tree)


def test_ignored_files_are_left_alone(check: Check, tree: Path) -> None:
    (tree / ".gitignore").write_text("uv.lock\n")
    (tree / "uv.lock").write_text(PyPI.netloc)

    assert check(tree) == ""


def test_a_binary_file_is_no_error(check: Check, tree: Path) -> None:
    (tree / "picture.png").write_bytes(bytes(range(256)))

    assert check(tree) == ""


def test_words_that_only_look_alike_pass(check: Check, tree: Path) -> None:
    (tree / "a.md").write_text(
        "The home page, /homepage, /"
        + "home/x, the root of a tree, a line of signs:\n=======\n/v1/users/ada\n"
    )

    assert check(tree) == ""
