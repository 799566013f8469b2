"""Other systems that run the same work, each as its documentation shows, with two worker processes.

A module for each has ``running(broker)``, a context that gives a function which submits an image's path and
returns a function that waits for its table. They need nothing of Coronal but `benchmarks.workloads`.
"""
