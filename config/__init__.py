"""Wires everything and holds no domain. Importing it makes the Celery application known to the tasks."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
