"""The connection to a server."""
