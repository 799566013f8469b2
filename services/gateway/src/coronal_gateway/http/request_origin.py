"""Protection from other sites: requests under a foreign host name or from another site's page are refused.

There is no authentication: anyone who reaches the gateway has full access. A browser on the same machine can
reach it on behalf of any web page: by a form or a script that sends to the loopback address (CSRF), or by a
name that the page's owner points to it (DNS rebinding). Programs such as curl send neither Origin nor
Sec-Fetch-Site.
"""

from collections.abc import Callable
from ipaddress import ip_address

from flask import Flask, Request, Response, request

from coronal_gateway.http.errors import CrossSite, UnknownHost
from coronal_gateway.settings import GatewaySettings

__all__ = ["restrict_origins"]

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_WILDCARDS = ("", "0.0.0.0", "::")
_READS = ("GET", "HEAD", "OPTIONS")
_SCHEMES = ("http", "https")
"""Behind a proxy that terminates TLS the gateway doesn't see which."""

_OWN_SITE = ("same-origin", "none")
"""Values for a page of the gateway itself, or an address typed into the browser."""


def restrict_origins(app: Flask, settings: GatewaySettings) -> None:
    """Make an app refuse requests under foreign host names, and those that another site's page sent."""
    is_own = _own_names(settings)

    def check() -> None:
        _check_host(request, is_own, settings)
        _check_origin(request)

    app.before_request(check)
    app.after_request(_forbid_embedding)


def _own_names(settings: GatewaySettings) -> Callable[[str], bool]:
    names = {name.lower() for name in (*_LOOPBACK, settings.host, *settings.own_names)}
    listens_everywhere = settings.host in _WILDCARDS

    def is_own(name: str) -> bool:
        # Unlike a name, an address can't be made to point here by somebody else.
        return "*" in names or name in names or (listens_everywhere and _is_address(name))

    return is_own


def _check_host(asked: Request, is_own: Callable[[str], bool], settings: GatewaySettings) -> None:
    name = _name_of(asked.host)
    if not is_own(name):
        raise UnknownHost(name, _known(settings))


def _check_origin(asked: Request) -> None:
    site, origin = asked.headers.get("Sec-Fetch-Site", "none"), asked.headers.get("Origin")
    is_read = asked.method in _READS
    if is_read and asked.headers.get("Sec-Fetch-Mode") == "navigate":
        return  # a user followed a link to it
    if site not in _OWN_SITE:
        raise CrossSite("Sec-Fetch-Site", site)
    own_origins = [f"{scheme}://{asked.host}" for scheme in _SCHEMES]
    if not is_read and origin is not None and origin not in own_origins:
        raise CrossSite("Origin", origin)


def _forbid_embedding(response: Response) -> Response:
    response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    return response


def _name_of(host: str) -> str:
    """Return the name in a Host header, without its port.

    >>> _name_of("localhost:8000"), _name_of("[::1]:8000"), _name_of("::1")
    ('localhost', '::1', '::1')
    """
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return (host if host.count(":") > 1 else host.partition(":")[0]).lower().rstrip(".")


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _known(settings: GatewaySettings) -> tuple[str, ...]:
    return (*_LOOPBACK, *settings.own_names)
