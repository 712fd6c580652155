"""Celery tasks of the hub. Each guards on what stands in the database and may run twice."""

from __future__ import annotations

import logging

from celery import shared_task
from django.utils import timezone

from hub import selectors
from hub.identity import linking

logger = logging.getLogger(__name__)


@shared_task
def remind_of_reviews() -> None:
    """Says in the log which agreements are due for review; Today and Overview show them to people."""
    for agreement in selectors.agreements_to_review(on=timezone.localdate()):
        logger.warning("agreement %s is to be reviewed by %s", agreement.reference, agreement.review_on)


@shared_task
def compare_records() -> None:
    """Compares what deliveries have brought since; one process at a time, and nothing if none waits."""
    result = linking.compare_waiting(now=timezone.now())
    if result.compared:
        logger.info(
            "%d records compared: %d joins, %d questions", result.compared, result.joined, result.asked
        )
