"""Fault injection: real servers and workers, faults, and a checker of the guarantees."""
