"""Benchmarks: how fast Coronal is beside plain processes, other queues and bare runtimes.

A module for each goal has ``measure(effort)``, which returns records; ``python -m benchmarks`` runs them and
writes all records into one file. No benchmark asserts a time: each ratio is taken in one run, of windows that
alternate.
"""
