"""A whole server on one machine: Redis, a gateway and a worker, over one data folder."""
