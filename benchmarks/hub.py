"""How fast the hub reads and stores, in how much memory, and that a killed process costs nothing.

Works in a database of its own on the private server, with invented people, and leaves nothing behind.
A part can be run and the whole reckoned from it: the line says which. `--people 860000` runs it all.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson

from hub.identity.nhs_number import check_digit

ROOT = Path(__file__).parents[1]
COUNTY = 860_000  # people
READ_GOAL, STORED_GOAL = 20_000, 2_000  # resources a second
SECONDS_GOAL, MB_GOAL = 1_200, 512
MORE, MORE_SECONDS_GOAL = 1_000, 60  # people in a delivery to a county that is known already
FAMILIES = (
    "Larter",
    "O'Neill",
    "Nguyễn",
    "Bullen",
    "Catchpole",
    "Thirtle",
    "Kett",
    "Howes",
    "Mace",
    "Utting",
)
GIVEN = ("Mary", "John", "Lan", "Ethel", "Walter", "Doris", "Paul", "Jean", "Amit", "Freda", "Ivy", "Reg")
STREETS = ("Mill Lane", "Church Street", "The Close", "High Street", "Station Road", "Chapel Loke")
# What a row says, without keys that PostgreSQL counts up and random public ids.
SAID = (
    "SELECT kind, key, place, content_hash, said_at::text, p.family_name FROM hub_sourcerecord s"
    " LEFT JOIN hub_person p ON p.id = s.person_id ORDER BY kind, key",
    "SELECT family_name, given_name, birth_date, nhs_number, count(*) FROM hub_person"
    " GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
    "SELECT match_key, uprn, tenure FROM hub_address ORDER BY 1",
    "SELECT outcome, rule, count(*) FROM hub_matchdecision GROUP BY 1, 2 ORDER BY 1, 2",
    "SELECT sha256, status, taken, unchanged, rejected, skipped FROM hub_delivery ORDER BY 1, 2",
    "SELECT place, field, rule FROM hub_rejection ORDER BY 1, 2, 3",
)


def add_arguments(command: argparse.ArgumentParser) -> None:
    """--people N --kills N --seed N."""
    command.add_argument("--people", type=int, default=20_000, help="to store; 860000 is the county")
    command.add_argument("--kills", type=int, default=20, help="points at which a delivery is killed")
    command.add_argument("--kill-people", type=int, default=2_000, help="in the delivery that is killed")
    command.add_argument("--seed", type=int, default=1)


def run(options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Yields a line for each promise, measured beside what is promised."""
    yield _read(options.seed)
    with _database() as environment, tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "people.ndjson"
        write_people(file, options.people, seed=options.seed)
        yield _store(file, options.people, environment)
        yield _add(Path(folder), options, environment)
        yield _kill(Path(folder), options, environment)


def person(number: int, pick: random.Random) -> dict[str, Any]:
    """An invented Patient with what identifies one: names, birth date, NHS number, address, UPRN."""
    street = pick.choice(STREETS)
    house = pick.randint(1, 200)
    born = f"{pick.randint(1925, 2006)}-{pick.randint(1, 12):02d}-{pick.randint(1, 28):02d}"
    return {
        "resourceType": "Patient",
        "id": f"p-{number}",
        "meta": {"lastUpdated": "2026-11-01T08:00:00Z"},
        "identifier": [
            {
                "system": "https://fhir.nhs.uk/Id/nhs-number",
                "value": nhs_number(number),
                "extension": [VERIFIED],
            }
        ],
        "name": [
            {
                "use": "official",
                "family": pick.choice(FAMILIES) + pick.choice(("", "s", "-Howes", "sen")),
                "given": [pick.choice(GIVEN), pick.choice(GIVEN)],
            }
        ],
        "gender": pick.choice(("female", "male")),
        "birthDate": born,
        "address": [
            {
                "use": "home",
                "line": [f"{house} {street}"],
                "city": "Aylsham",
                "extension": [uprn(number)] if number % 2 else [],
                "postalCode": f"NR{pick.randint(1, 35)} {pick.randint(1, 9)}{pick.choice('ABDEFGHJ')}A",
            }
        ],
    }


UK_CORE = "https://fhir.hl7.org.uk"
VERIFIED = {
    "url": f"{UK_CORE}/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus",
    "valueCodeableConcept": {
        "coding": [
            {
                "system": f"{UK_CORE}/CodeSystem/UKCore-NHSNumberVerificationStatusEngland",
                "code": "01",
            }
        ]
    },
}


def uprn(number: int) -> dict[str, Any]:
    """The extension that carries the Unique Property Reference Number of an address."""
    kind = {"code": "UPRN", "system": f"{UK_CORE}/CodeSystem/UKCore-AddressKeyType"}
    return {
        "url": f"{UK_CORE}/StructureDefinition/Extension-UKCore-AddressKey",
        "extension": [
            {"url": "type", "valueCodeableConcept": {"coding": [kind]}},
            {"url": "value", "valueString": str(100_090_000_000 + number // 3)},
        ],
    }


def nhs_number(number: int) -> str:
    """The number-th of the range for tests that has a check digit."""
    digit = check_digit(f"9{number:08d}")
    # A stem that has none moves out of the others' way.
    return f"9{number:08d}{digit}" if digit else nhs_number(50_000_000 + number)


def write_people(file: Path, number: int, *, seed: int, first: int = 0) -> None:
    """So many people, one on each line."""
    pick = random.Random(seed)
    with file.open("wb") as out:
        for one in range(first, first + number):
            out.write(orjson.dumps(person(one, pick)) + b"\n")


def _read(seed: int, number: int = 50_000) -> dict[str, Any]:
    """Resources out of bytes, without the database: half of them people, half what no visit needs."""
    from hub.feeds import FEEDS

    pick = random.Random(seed)
    other = {"resourceType": "Observation", "status": "final", "code": {"text": "weight"}, "id": "o-1"}
    with tempfile.TemporaryFile() as data:  # in memory it would count as that of the processes begun later
        for one in range(number):
            data.write(orjson.dumps(person(one, pick) if one % 2 else other) + b"\n")
        data.seek(0)
        started, worked = time.perf_counter(), time.process_time()
        found = sum(1 for _ in FEEDS["fhir"].read(data))
        seconds, worked = time.perf_counter() - started, time.process_time() - worked
    return {
        "what": "FHIR ndjson read",
        "resources": found,
        "seconds": round(seconds, 2),
        "a_second": round(found / seconds),
        "a_processor_second": round(found / worked),  # what others on this machine do not slow
        "goal_a_second": READ_GOAL,
        "met": found / seconds >= READ_GOAL,
    }


def _store(file: Path, number: int, environment: dict[str, str]) -> dict[str, Any]:
    started, by_server = time.perf_counter(), _server_seconds()
    code, megabytes, said, worked = _command(environment, "receive", "bench", str(file), "--json")
    seconds = time.perf_counter() - started
    time.sleep(1)  # until PostgreSQL has seen that the connection is over
    by_server = _server_seconds() - by_server
    answer = orjson.loads(said) if code == 0 else {}
    whole = seconds * COUNTY / number
    return {
        "what": "people and identifiers received",
        "people": number,
        "taken": answer.get("taken"),
        "rejected": answer.get("rejected"),
        "refused": None if code == 0 else said.decode(errors="replace")[-300:],
        "seconds": round(seconds, 1),
        "a_second": round(number / seconds),
        "processor_seconds": round(worked, 1),  # of the process that receives
        "processor_seconds_of_postgresql": round(by_server, 1),
        "a_processor_second": round(number / (worked + by_server)),  # what others here do not slow
        "goal_a_second": STORED_GOAL,
        "peak_mb": megabytes,
        "goal_mb": MB_GOAL,
        f"seconds_for_{COUNTY}": round(whole),
        "reckoned": number != COUNTY,
        "goal_seconds": SECONDS_GOAL,
        "met": code == 0 and whole <= SECONDS_GOAL and megabytes <= MB_GOAL,
    }


def _add(folder: Path, options: argparse.Namespace, environment: dict[str, str]) -> dict[str, Any]:
    """One more delivery, of people who are new, to a county that is known already."""
    file = folder / "more.ndjson"
    write_people(file, MORE, seed=options.seed + 2, first=options.people)
    started = time.perf_counter()
    code, _, said, worked = _command(environment, "receive", "bench", str(file), "--json")
    seconds = time.perf_counter() - started
    return {
        "what": "a delivery to a county that is known",
        "people": MORE,
        "known": options.people,
        "taken": orjson.loads(said).get("taken") if code == 0 else None,
        "seconds": round(seconds, 1),
        "processor_seconds": round(worked, 1),
        "goal_seconds": MORE_SECONDS_GOAL,
        "met": code == 0 and seconds <= MORE_SECONDS_GOAL,
    }


def _kill(folder: Path, options: argparse.Namespace, environment: dict[str, str]) -> dict[str, Any]:
    """The same file undisturbed, and killed at random moments before it is run to its end."""
    file = folder / "killed.ndjson"
    write_people(file, options.kill_people, seed=options.seed + 1)
    _forget()
    started = time.perf_counter()
    _command(environment, "receive", "bench", str(file), "--json")
    whole = time.perf_counter() - started
    undisturbed = _checksum()
    pick = random.Random(options.seed)
    same, killed = 0, 0
    for _ in range(options.kills):
        _forget()
        killed += _killed_after(pick.uniform(0.2, 1.0) * whole, environment, str(file))
        _command(environment, "receive", "bench", str(file), "--json")
        same += _checksum() == undisturbed
    return {
        "what": "killed at random points and run again",
        "people": options.kill_people,
        "points": options.kills,
        "killed_under_way": killed,
        "same_checksum": same,
        "met": same == options.kills,
    }


@contextmanager
def _database() -> Iterator[dict[str, str]]:
    """A database of this benchmark's own; yields the environment for processes that are to use it."""
    import django
    from django.conf import settings

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.db import connection

    from config import embedded

    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    name = connection.settings_dict["NAME"]
    url = urlsplit(embedded.urls(settings.BASE_DIR)[0])._replace(path=f"/{name}").geturl()
    try:
        _found()
        yield os.environ | {"DATABASE_URL": url, "REDIS_URL": settings.REDIS_URL, "CARE_TRIAL": "yes"}
    finally:
        connection.creation.destroy_test_db(name.removeprefix("test_"), verbosity=0)


def _found() -> None:
    """An agency under an agreement, and its feed."""
    from django.utils import timezone

    from hub.models import Agency, Feed, SharingAgreement

    agency = Agency.objects.create(code="bench", name="Bench", kind="nursing", letter="B")
    other = Agency.objects.create(code="other", name="Other", kind="social_care", letter="O")
    today = timezone.localdate()
    agreement = SharingAgreement.objects.create(
        reference="bench",
        title="Bench",
        purposes=list(SharingAgreement.Purpose.values),
        items=list(SharingAgreement.Item.values),
        article_6=SharingAgreement.Article6.PUBLIC_TASK,
        article_9=SharingAgreement.Article9.CARE,
        schedule="Part 1, paragraph 2",
        starts_on=today,
        signed_on=today,
        review_on=today,
    )
    agreement.parties.set([agency, other])
    Feed.objects.create(code="bench", agency=agency, format="fhir")


def _forget() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE hub_delivery, hub_person, hub_address, hub_sourcerecord CASCADE")


def _checksum() -> str:
    from django.db import connection

    digest = hashlib.sha256()
    with connection.cursor() as cursor:
        for query in SAID:
            cursor.execute(query)
            for row in cursor.fetchall():
                digest.update(repr(row).encode())
    return digest.hexdigest()


def _server_seconds() -> float:
    """Processor seconds of all connections of this server that have ended; 0 if it runs elsewhere."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        own = cursor.fetchone()[0]
    try:
        parent = _of_process(own)[1]
        return sum(map(int, _of_process(int(parent))[13:15])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError):
        return 0.0


def _of_process(number: int) -> list[str]:
    """What Linux tells of a process, from its state on."""
    return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()


def _command(environment: dict[str, str], *words: str) -> tuple[int, float, bytes, float]:
    """Exit status, peak megabytes, what it printed, and processor seconds."""
    with tempfile.TemporaryFile() as out:
        child = subprocess.Popen(
            [sys.executable, "manage.py", *words], cwd=ROOT, env=environment, stdout=out, stderr=out
        )
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        said = out.read()
    start = said.find(b"{")
    printed = said[start:] if start >= 0 else said
    return child.returncode, round(usage.ru_maxrss / 1024, 1), printed, usage.ru_utime + usage.ru_stime


def _killed_after(seconds: float, environment: dict[str, str], file: str) -> bool:
    """Whether the process was still at work when it was killed."""
    child = subprocess.Popen(
        [sys.executable, "manage.py", "receive", "bench", file],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        child.send_signal(signal.SIGKILL)
        child.wait()
        return True
    return False
