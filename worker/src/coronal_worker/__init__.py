"""The worker: takes jobs from its pool's queue and runs their stages, each a plugin."""
