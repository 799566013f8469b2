"""The atomic steps of a job's life, as Lua scripts: each file tells its precondition and its promise."""

from importlib.resources import files

__all__ = ["source_of"]


def source_of(name: str) -> str:
    """Give the text of a script, with what all scripts start with."""
    folder = files(__name__)
    return "".join(folder.joinpath(f"{part}.lua").read_text("utf-8") for part in ("common", name))
