"""The page at ``/``, and the files that it loads."""

import gzip
from importlib.resources import files
from pathlib import Path

from flask import Blueprint, Response, request, send_from_directory

__all__ = ["STATIC", "pages"]

pages = Blueprint("console", __name__)

STATIC = Path(str(files("coronal_console"))) / "static"
"""All that the page loads lies here: there is no build step, and nothing comes from another host."""

_COMPRESSED = frozenset(str(path.relative_to(STATIC).with_suffix("")) for path in STATIC.rglob("*.js.gz"))
"""Scripts that lie here compressed, as they are served."""

_SCRIPT = "text/javascript"

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
    if name not in _COMPRESSED:
        return send_from_directory(STATIC, name)
    if request.accept_encodings.quality("gzip") > 0:
        response = send_from_directory(STATIC, f"{name}.gz", mimetype=_SCRIPT)
        response.headers["Content-Encoding"] = "gzip"
    else:
        response = Response(gzip.decompress((STATIC / f"{name}.gz").read_bytes()), mimetype=_SCRIPT)
    response.headers["Vary"] = "Accept-Encoding"
    return response
