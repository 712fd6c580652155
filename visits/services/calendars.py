"""A worker's secret calendar address: made, found again by what it holds, revoked."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import transaction

from hub.models import User
from visits.models import CalendarFeed, Worker

BYTES = 32  # of randomness: nobody guesses it, so a plain hash is enough
READ_AGAIN = timedelta(hours=1)  # phones ask often; when they did is kept to the hour


@transaction.atomic
def make(*, worker: Worker, by: User, now: datetime) -> str:
    """A new secret for the worker's calendar, in place of the one before. It is told this once."""
    Worker.objects.select_for_update(no_key=True).get(pk=worker.pk)
    revoke(worker=worker, by=by, now=now)
    token = secrets.token_urlsafe(BYTES)
    CalendarFeed.objects.create(worker=worker, token_hash=hash_of(token), made_at=now)
    return token


def revoke(*, worker: Worker, by: User, now: datetime) -> bool:
    """Ends the worker's calendar address at once; False if there was none."""
    live = CalendarFeed.objects.filter(worker=worker, revoked_at=None)
    return bool(live.update(revoked_at=now, revoked_by=by))


def find(token: str, *, now: datetime) -> CalendarFeed | None:
    """Whose calendar a secret opens: of somebody who may log in and works here still."""
    feeds = CalendarFeed.objects.select_related("worker__user").filter(
        token_hash=hash_of(token),
        revoked_at=None,
        worker__is_active=True,
        worker__user__is_active=True,
    )
    feed = feeds.first()
    if feed is not None and (feed.last_read_at is None or now - feed.last_read_at >= READ_AGAIN):
        CalendarFeed.objects.filter(pk=feed.pk).update(last_read_at=now)
    return feed


def hash_of(token: str) -> str:
    """What is kept of a secret."""
    return sha256(token.encode()).hexdigest()
