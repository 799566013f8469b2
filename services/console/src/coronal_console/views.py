"""The page at ``/``, and the files that it loads."""

from importlib.resources import files
from pathlib import Path

from flask import Blueprint, Response, send_from_directory

__all__ = ["STATIC", "pages"]

pages = Blueprint("console", __name__)

STATIC = Path(str(files("coronal_console"))) / "static"
"""All that the page loads lies here: there is no build step, and nothing comes from another host."""

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self' data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""No script and no style within the page. Pictures that its scripts make are `data:` and `blob:`."""


@pages.get("/")
def page() -> Response:
    """Return the page."""
    response = send_from_directory(STATIC, "index.html")
    response.headers["Content-Security-Policy"] = _POLICY
    return response


@pages.get("/console/<path:name>")
def static_file(name: str) -> Response:
    """Return a file that the page loads."""
    return send_from_directory(STATIC, name)
