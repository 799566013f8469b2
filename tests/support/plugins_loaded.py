"""Loads all plugins when it is imported, so that forks of this process needn't."""

from coronal_worker.running.loader import load_plugins

load_plugins()
