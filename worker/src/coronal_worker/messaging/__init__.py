"""Celery and its transport: the one place that knows them."""
