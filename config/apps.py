"""The project as an application of its own, for its commands and its Celery."""

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    """Makes the Celery application known to the tasks.

    Here and not in the package's first file, so that the private servers' keepers, which need
    neither Django nor Celery, start without them.
    """

    name = "config"

    def ready(self) -> None:
        """Import the Celery application, which makes it the one that tasks belong to."""
        from config import celery  # noqa: F401
