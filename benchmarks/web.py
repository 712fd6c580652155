"""How quickly the site answers a morning's coordinators and phones, all reading at once.

Works on a copy of this checkout's demonstration, which must not be served meanwhile, and drops it again.
The readers run beside the site on the same machine, so the figures hold their cost too.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import statistics
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[1]
COPY = "care_benchmark_web"
GOAL_MS = 500  # 95 in 100 answers
HOST, PORT = "127.0.0.1", 8391


def add_arguments(command: argparse.ArgumentParser) -> None:
    """--coordinators N --phones N --seconds N --pause N --seed N --history WEEKS."""
    command.add_argument("--coordinators", type=int, default=30)
    command.add_argument("--phones", type=int, default=500)
    command.add_argument("--seconds", type=float, default=300)
    command.add_argument("--pause", type=float, default=30, help="seconds between two pages of one reader")
    command.add_argument("--seed", type=int, default=1)
    command.add_argument("--history", type=int, default=0, help="past weeks to add to the copy first")


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody with a session who opens these pages, one after the other, in any order."""

    who: str
    session: str
    pages: tuple[tuple[str, str], ...]  # (name, address)


@dataclass(frozen=True, slots=True)
class Answer:
    """One page as it came; `status` is 0 when nothing did."""

    who: str
    page: str
    ms: float
    status: int


def run(options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Yields a line for each kind of page, and one for coordinators, for phones and for all."""
    with _copied(options.history) as (environment, describe), tempfile.TemporaryDirectory() as logs:
        from config.demo import serving
        from config.demo.children import Children

        readers = _readers(options)
        os.environ.update(environment)  # the site is a child of this process
        with Children(root=ROOT, logs=Path(logs)) as children:
            serving.start_site(children, port=PORT)
            answers = _read(readers, options)
    yield from _lines(answers, options, describe)


def _read(readers: list[Reader], options: argparse.Namespace) -> list[Answer]:
    """Lets all of them read until the time is over; each begins at some moment of the first pause."""
    answers: list[Answer] = []
    end = time.monotonic() + options.seconds

    def go(reader: Reader, dice: random.Random) -> None:
        wait = dice.uniform(0, options.pause)
        while time.monotonic() + wait < end:
            time.sleep(wait)
            answers.append(_open(reader, *dice.choice(reader.pages)))
            wait = dice.uniform(0.5, 1.5) * options.pause

    threads = [
        threading.Thread(target=go, args=(reader, random.Random(options.seed * 100_003 + number)))
        for number, reader in enumerate(readers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def _open(reader: Reader, page: str, address: str) -> Answer:
    connection = http.client.HTTPConnection(HOST, PORT, timeout=30)
    began = time.perf_counter()
    try:
        connection.request("GET", address, headers={"Cookie": f"sessionid={reader.session}"})
        answer = connection.getresponse()
        answer.read()
        status = answer.status
    except OSError:
        status = 0
    finally:
        connection.close()
    return Answer(reader.who, page, (time.perf_counter() - began) * 1000, status)


def _lines(
    answers: list[Answer], options: argparse.Namespace, described: dict[str, int]
) -> Iterator[dict[str, Any]]:
    groups: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        for name in (f"{answer.who}: {answer.page}", f"{answer.who}s", "all"):
            groups[name].append(answer)
    for name in sorted(groups, key=lambda name: (name == "all", name)):
        found = groups[name]
        times = sorted(answer.ms for answer in found)
        yield {
            "what": name,
            "answers": len(found),
            "a_second": round(len(found) / options.seconds, 1),
            "p50_ms": round(statistics.median(times)),
            "p95_ms": round(times[int(0.95 * (len(times) - 1))]),
            "most_ms": round(times[-1]),
            "errors": sum(answer.status != 200 for answer in found),
        } | ({"goal_ms": GOAL_MS, **described} if name == "all" else {})


@contextmanager
def _copied(history: int) -> Iterator[tuple[dict[str, str], dict[str, int]]]:
    """A copy of the demonstration; yields what a process needs to use it, and how large it is."""
    os.environ.setdefault("CARE_TRIAL", "yes")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django
    from django.conf import settings

    django.setup()
    from django.db import connection

    from config import embedded

    database, redis = embedded.urls(settings.BASE_DIR)
    original = connection.settings_dict["NAME"]
    maintenance = connection._nodb_cursor
    with maintenance() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{COPY}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{COPY}" TEMPLATE "{original}"')  # refused while it is served
    connection.settings_dict["NAME"] = COPY
    try:
        if history:
            from benchmarks.history import repeat

            repeat(history)
        yield (
            {"DATABASE_URL": urlsplit(database)._replace(path=f"/{COPY}").geturl(), "REDIS_URL": redis},
            _size(),
        )
    finally:
        connection.close()
        connection.settings_dict["NAME"] = original
        with maintenance() as cursor:
            cursor.execute(f'DROP DATABASE "{COPY}" WITH (FORCE)')


def _size() -> dict[str, int]:
    from hub.models import Person
    from visits.models import Visit, Worker

    return {
        "people": Person.objects.count(),
        "workers": Worker.objects.count(),
        "visits": Visit.objects.count(),
    }


def _readers(options: argparse.Namespace) -> list[Reader]:
    """Coordinators of the areas with a published week, and phones of the workers sent out in it."""
    from django.urls import reverse

    from hub.models import Role, User
    from visits.models import Rota, Visit, Worker

    rotas = list(Rota.objects.filter(status=Rota.Status.PUBLISHED).select_related("area").order_by("pk"))
    example = User.objects.filter(role=Role.COORDINATOR).first()
    if not rotas or example is None:
        raise SystemExit("Nothing is published here yet: run `make demo SERVE=no` first.")
    readers = []
    for number in range(options.coordinators):
        rota = rotas[number % len(rotas)]
        user = User.objects.create_user(f"reader-{number}", role=Role.COORDINATOR, agency=example.agency)
        user.areas.add(rota.area)
        board = reverse("board", args=[rota.area.code, rota.week_start])
        person = rota.visits.order_by("pk")[number].person
        pages = (
            ("board, week", board),
            ("board, day", f"{board}?view=day&day={rota.week_start + timedelta(days=number % 7)}"),
            ("today", reverse("today")),
            ("person", reverse("person", args=[person.public_id])),
        )
        readers.append(Reader("coordinator", _session(user), pages))
    sent = Visit.objects.filter(rota__in=rotas).order_by().values("worker")
    workers = list(Worker.objects.filter(pk__in=sent).select_related("user").order_by("pk"))
    for number in range(options.phones):
        worker = workers[number % len(workers)]
        if worker.user is None:
            worker.user = User.objects.create_user(
                f"phone-{number}", role=Role.FIELD_WORKER, agency=worker.agency
            )
            worker.save(update_fields=["user"])
        week = rotas[0].week_start
        days = [("day", reverse("my-day-on", args=[week + timedelta(days=day)])) for day in range(7)]
        readers.append(Reader("phone", _session(worker.user), (("today", reverse("my-day")), *days)))
    return readers


def _session(user: Any) -> str:
    """The key of a session in which the user is logged in."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return session.session_key
