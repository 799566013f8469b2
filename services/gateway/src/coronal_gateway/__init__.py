"""The HTTP gateway: takes images and pipelines in, tells how jobs are, gives results out.

It imports no image library, no plugin and no Celery: what can be done it reads from the catalogue.
"""
