"""Celery: a chain of three tasks, with files between them."""

from celery import chain

from benchmarks.peers import celery

__all__ = ["running"]


def submit(path):
    if not path:
        return celery.table_of.delay(path).get
    return chain(celery.gaussian.s(path), celery.otsu.s(), celery.shape.s()).delay().get


def running(broker):
    return celery.running(broker, submit)
