"""Celery's part in taking in: a task carries a delivery's key, guards on its state and may run twice."""

from __future__ import annotations

import logging

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from hub.services.receiving import working

logger = logging.getLogger(__name__)


@shared_task(name="hub.take_delivery")
def take_delivery(pk: int) -> None:
    """Take in one delivery that waits."""
    working.work(pk, now=timezone.now())


@shared_task(name="hub.sweep_deliveries")
def sweep_deliveries() -> None:
    """Send every delivery that waits and nobody works on."""
    for pk in working.due(now=timezone.now()):
        send(pk)


def send(pk: int) -> None:
    """Sends a delivery to the queue; if the queue cannot be reached, the sweep will."""
    try:
        take_delivery.delay(pk)
    except OperationalError:
        logger.warning("the queue cannot be reached; delivery number %s waits for the sweep", pk)
