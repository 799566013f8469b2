"""Batches over HTTP: submit, poll, and their tables and archives."""
