"""All that is kept: records, queues, catalogue and named pipelines in Redis; images and results as blobs.

This folder alone knows Redis commands and the blob store.
"""
