"""Supervision of a worker's processes: start, claims, leases, captured output, shutdown."""
