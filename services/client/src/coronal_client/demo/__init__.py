"""The demonstration: real images out of installed packages, and a pipeline for each."""
