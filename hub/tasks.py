"""Celery tasks of the hub. Each guards on what stands in the database and may run twice."""

from __future__ import annotations

import logging

from celery import shared_task
from django.utils import timezone

from hub import selectors

logger = logging.getLogger(__name__)


@shared_task
def remind_of_reviews() -> None:
    """Says in the log which agreements are due for review; Today and Overview show them to people."""
    for agreement in selectors.agreements_to_review(on=timezone.localdate()):
        logger.warning("agreement %s is to be reviewed by %s", agreement.reference, agreement.review_on)
