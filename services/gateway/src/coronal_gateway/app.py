"""The WSGI application."""

from importlib.metadata import version
from typing import Any

from flask import Response
from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI

from coronal_gateway import problems
from coronal_gateway.aside import Aside, directly
from coronal_gateway.services import Services
from coronal_gateway.settings import GatewaySettings
from coronal_gateway.strangers import keep_out
from coronal_gateway.views import (
    batch_results,
    batches,
    datasets,
    docs,
    events,
    health,
    jobs,
    models,
    pipelines,
    plugins,
    replays,
    results,
)

__all__ = ["create_app"]

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-cache",
}


def create_app(settings: GatewaySettings, aside: Aside = directly) -> OpenAPI:
    """Make the application.

    Parameters
    ----------
    settings
        What the gateway was told.
    aside
        Where work is done that would hold up other requests; by default here and now.

    Examples
    --------
    >>> app = create_app(GatewaySettings(blobs_url="memory:///"))
    >>> app.test_client().get("/healthz").json
    {'status': 'alive'}
    """
    app = OpenAPI(
        "coronal_gateway",
        info=Info(title="Coronal", version=version("coronal-gateway")),
        security_schemes={},
        validation_error_model=problems.Problem,
        doc_ui=False,
        static_folder=None,
    )
    app.extensions["coronal"] = Services.of(settings, aside)
    problems.register(app)
    keep_out(app, settings)
    for views in (
        jobs,
        events,
        results,
        replays,
        batches,
        batch_results,
        datasets,
        models,
        plugins,
        pipelines,
        health,
    ):
        app.register_api(views.api)
    app.register_blueprint(docs.pages)
    app.after_request(_add_headers)
    _tidy(app.api_doc)
    return app


def _tidy(document: dict[str, Any]) -> None:
    """Undo what flask-openapi3 does to line breaks in docstrings."""
    for path in document["paths"].values():
        for operation in path.values():
            text = operation.get("description", "").replace("<br/>", "\n")
            operation["description"] = text.strip() or operation["summary"]


def _add_headers(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    return response
