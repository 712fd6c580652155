"""Celery tasks of visits. Each guards on what stands in the database and may run twice."""

from __future__ import annotations

import logging

from celery import shared_task
from django.utils import timezone

from visits import retention

logger = logging.getLogger(__name__)


@shared_task
def erase_expired() -> None:
    """Erases what is past its time; the tombstones say what went."""
    now = timezone.now()
    stones = [retention.erase(one, now=now) for one in list(retention.expired(on=timezone.localdate()))]
    logger.info("%d records were past their time and are erased", len(stones))
