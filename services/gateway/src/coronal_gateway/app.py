"""The WSGI application."""

from importlib.metadata import version
from typing import Any

from flask import Response
from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI

from coronal_console import views as console
from coronal_gateway.batches import result_views as batch_results
from coronal_gateway.batches import views as batches
from coronal_gateway.datasets import views as datasets
from coronal_gateway.health import views as health
from coronal_gateway.health.request_metrics import measure_requests
from coronal_gateway.http import api_docs as docs
from coronal_gateway.http import problems
from coronal_gateway.http.executor import Executor, run_inline
from coronal_gateway.http.request_origin import restrict_origins
from coronal_gateway.jobs import event_views as events
from coronal_gateway.jobs import replay_views as replays
from coronal_gateway.jobs import result_views as results
from coronal_gateway.jobs import views as jobs
from coronal_gateway.models import views as models
from coronal_gateway.pipelines import views as pipelines
from coronal_gateway.plugins import views as plugins
from coronal_gateway.services import Services
from coronal_gateway.settings import GatewaySettings

__all__ = ["create_app"]

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-cache",
}


def create_app(settings: GatewaySettings, executor: Executor = run_inline) -> OpenAPI:
    """Build the application.

    Parameters
    ----------
    settings
        Settings of the gateway.
    executor
        Runs blocking work; by default in the calling thread.

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
    app.extensions["coronal"] = Services.of(settings, executor)
    problems.register(app)
    measure_requests(app)
    restrict_origins(app, settings)
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
    app.register_blueprint(console.pages)
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
