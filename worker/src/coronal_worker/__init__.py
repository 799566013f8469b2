"""The worker: consumes the queue of its pool and runs the stages of jobs, each a plugin."""
