"""The OpenAPI document, and a page to browse and try it; the page loads nothing from other hosts."""

from importlib.resources import files
from pathlib import Path
from typing import cast

from flask import Blueprint, Response, current_app, json, send_from_directory
from flask_openapi3.openapi import OpenAPI

__all__ = ["pages"]

pages = Blueprint("docs", __name__)

_OURS = Path(str(files("coronal_gateway"))) / "pages"
_SWAGGER = Path(str(files("flask_openapi3_swagger"))) / "templates" / "swagger"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'"
)


@pages.get("/openapi.json")
def document() -> Response:
    """Return the OpenAPI document."""
    text = json.dumps(cast("OpenAPI", current_app).api_doc, sort_keys=False)
    return Response(text, mimetype="application/json")


@pages.get("/docs")
def page() -> Response:
    """Return the page that shows it."""
    response = send_from_directory(_OURS, "docs.html")
    response.headers["Content-Security-Policy"] = _POLICY
    return response


@pages.get("/docs/start.js")
def start() -> Response:
    """Return the script that starts Swagger UI."""
    return send_from_directory(_OURS, "docs.js")


@pages.get("/docs/swagger/<path:name>")
def swagger(name: str) -> Response:
    """Return a file of Swagger UI."""
    return send_from_directory(_SWAGGER, name)
