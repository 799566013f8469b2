"""The HTTP gateway: accepts images and pipelines, reports the state of jobs and serves their results.

It imports no image library, no plugin and no Celery: the catalogue lists the available algorithms.
"""
