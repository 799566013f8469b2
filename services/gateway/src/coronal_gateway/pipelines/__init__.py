"""Named pipelines over HTTP."""
