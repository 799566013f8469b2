"""The plugin that offers each document beside this file."""

from importlib.resources import files

from coronal import hookimpl

__all__: list[str] = []


@hookimpl
def pipelines() -> list[str]:
    """Offer the documents (the hook)."""
    documents = (file for file in files(__package__).iterdir() if file.name.endswith(".yaml"))
    return [file.read_text(encoding="utf-8") for file in sorted(documents, key=lambda file: file.name)]
