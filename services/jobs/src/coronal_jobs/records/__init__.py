"""Records in Redis: jobs, batches, catalogue, registry and events; each change is one atomic script."""
