from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from hub.models import Delivery, Feed, Rejection
from hub.services import receiving
from hub.services.receiving import Progress

REFUSED, USAGE = 1, 2
SHOWN = 50  # rejections printed for people; --json has them all
SECONDS_BETWEEN_LINES = 2.0


class Command(BaseCommand):
    """Exit status: 0 taken (also with rejections), 1 the whole file refused, 2 asked wrongly."""

    help = "Take in a file from a partner and print what was taken, unchanged, skipped and rejected."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """FEED FILE [--json]."""
        parser.add_argument("feed", help="a registered feed, or a format that one feed alone has")
        parser.add_argument("file", type=Path)
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *, feed: str, file: Path, **options: Any) -> None:
        """Receive the file."""
        found = _feed(feed)
        self._next_line = time.monotonic() + SECONDS_BETWEEN_LINES
        try:
            with file.open("rb") as stream:
                delivery = receiving.receive(
                    feed=found,
                    file=stream,
                    file_name=file.name,
                    by=None,
                    now=timezone.now(),
                    on_progress=self._progress,
                )
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}", returncode=USAGE) from None
        if options["json"]:
            self._print_json(delivery)
        else:
            self._print(delivery, file.name)
        if delivery.status == Delivery.Status.REFUSED:
            raise SystemExit(REFUSED)

    def _progress(self, progress: Progress) -> None:
        if time.monotonic() < self._next_line:
            return
        self._next_line = time.monotonic() + SECONDS_BETWEEN_LINES
        done = 100 * progress.bytes_read // max(progress.total_bytes, 1)
        self.stderr.write(
            f"{done:3d} %  taken {progress.taken:,}, unchanged {progress.unchanged:,},"
            f" rejected {progress.rejected:,}"
        )

    def _print(self, delivery: Delivery, name: str) -> None:
        if delivery.already_taken:
            self.stdout.write(f"{name}: unchanged. The same bytes were taken before; nothing was done.")
            return
        if delivery.status == Delivery.Status.REFUSED:
            self.stdout.write(f"{name}: refused. {delivery.refusal}")
        else:
            self.stdout.write(
                f"{name}: {delivery.taken:,} taken, {delivery.unchanged:,} unchanged,"
                f" {delivery.rejected:,} rejected, {delivery.skipped:,} skipped"
            )
        rejections = delivery.rejections.all()
        for rejection in rejections[:SHOWN]:
            place = ", ".join(part for part in (rejection.place, rejection.field) if part)
            self.stdout.write(f"  {place or name}: {rejection.message} ({rejection.rule})")
        if (more := rejections.count() - SHOWN) > 0:
            self.stdout.write(f"  and {more:,} more; --json prints them all")

    def _print_json(self, delivery: Delivery) -> None:
        self.stdout.write(
            json.dumps(
                {
                    "delivery": str(delivery.public_id),
                    "file": delivery.file_name,
                    "feed": delivery.feed,
                    "status": "unchanged" if delivery.already_taken else delivery.status,
                    "taken": 0 if delivery.already_taken else delivery.taken,
                    "unchanged": delivery.unchanged,
                    "rejected": delivery.rejected,
                    "skipped": delivery.skipped,
                    "refusal": delivery.refusal,
                    "rejections": [_as_json(each) for each in delivery.rejections.iterator()],
                },
                indent=2,
            )
        )


def _feed(name: str) -> Feed:
    feeds = Feed.objects.select_related("agency")
    if feed := feeds.filter(code=name).first():
        return feed
    of_format = list(feeds.filter(format=name))
    if len(of_format) == 1:
        return of_format[0]
    if of_format:
        raise CommandError(
            f"Several feeds have this format. Say which:\n{_list(of_format)}", returncode=USAGE
        )
    raise CommandError(
        f"There is no such feed. Feeds registered:\n{_list(feeds)}\n"
        "Register one with `manage.py register_feed`.",
        returncode=USAGE,
    )


def _list(feeds: Iterable[Feed]) -> str:
    return "\n".join(f"  {feed.code}  ({feed.format}, {feed.agency})" for feed in feeds) or "  none yet"


def _as_json(rejection: Rejection) -> dict[str, Any]:
    names = ("place", "key", "field", "value_class", "rule", "message", "field_only")
    return {name: getattr(rejection, name) for name in names}
