"""Addresses as they may be shown: without what gives access."""

from urllib.parse import urlsplit, urlunsplit

__all__ = ["shown_address"]


def shown_address(url: str) -> str:
    """Return an address without user, password and options.

    >>> shown_address("redis://:secret@10.0.0.5:6379/0?password=secret")
    'redis://10.0.0.5:6379/0'
    >>> shown_address("file:///data/blobs")
    'file:///data/blobs'
    """
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
