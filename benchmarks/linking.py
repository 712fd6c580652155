"""A delivery of a thousand against a whole county: how long until each record is compared and joined.

Makes a database of its own on the server that settings name, fills it with invented people, receives one
more file as any partner's, compares, prints, and drops the database.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import resource
import time
from collections.abc import Iterator
from typing import Any

DATABASE = "care_bench_linking"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What may be said of the county."""
    parser.add_argument("--people", type=int, default=860_000)
    parser.add_argument("--delivery", type=int, default=1_000, help="records in the new delivery")
    parser.add_argument("--seed", type=int, default=1)


def run(options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """One line for each step."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django
    from django.conf import settings

    settings.DATABASES["default"]["TEST"] = {"NAME": DATABASE}
    django.setup()
    from django.db import connection

    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield from _measure(options)
    finally:
        connection.creation.destroy_test_db(settings.DATABASES["default"]["NAME"], verbosity=0)


def _measure(options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    from django.utils import timezone

    from hub.identity import linking
    from hub.models import Feed, MatchDecision
    from hub.services.receiving import receive

    began = time.monotonic()
    county = _fill(options.people, options.seed)
    yield {"step": "county", "people": options.people, "seconds": round(time.monotonic() - began, 1)}
    began = time.monotonic()
    feed = Feed.objects.get(code="bench-new")
    file = io.BytesIO(_delivery(county, options.delivery, options.seed))
    delivery = receive(feed=feed, file=file, file_name="new.csv", by=None, now=timezone.now())
    received = time.monotonic() - began
    began, processor = time.monotonic(), time.process_time()
    linked = linking.compare_waiting(now=timezone.now())
    compared = time.monotonic() - began
    processor = time.process_time() - processor
    yield {
        "step": "delivery",
        "taken": delivery.taken,
        "rejected": delivery.rejected,
        "receive_seconds": round(received, 1),
        "compare_seconds": round(compared, 1),
        "seconds": round(received + compared, 1),
        "compare_processor_seconds": round(processor, 1),  # ours; the database's come on top
        "compared": linked.compared,
        "pairs": linked.pairs,
        "joined_by_rule": MatchDecision.objects.filter(outcome="joined", step=None).count(),
        "joined_by_model": linked.joined,
        "asked": linked.asked,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _fill(people: int, seed: int) -> list[Any]:
    """One agency that knows everybody; a sample of its people, to be sent again by another."""
    from random import Random

    from django.db import connection
    from django.utils import timezone

    from hub.identity.measuring import invented
    from hub.identity.names import fold, fold_given
    from hub.models import Agency, Delivery, Feed, SharingAgreement

    old = Agency.objects.create(code="bench-old", name="Old", kind="nursing", letter="O")
    new = Agency.objects.create(code="bench-new", name="New", kind="home_care", letter="N")
    agreement = SharingAgreement.objects.create(
        reference="bench",
        title="Benchmark",
        items=list(SharingAgreement.Item.values),
        purposes=list(SharingAgreement.Purpose.values),
        starts_on=timezone.localdate(),
        signed_on=timezone.localdate(),
        review_on=timezone.localdate(),
    )
    agreement.parties.set([old, new])
    Feed.objects.create(code="bench-new", agency=new, format="plain")
    delivery = Delivery.objects.create(
        agency=old,
        feed="bench",
        file_name="all",
        sha256="0" * 64,
        bytes=0,
        status="taken",
        received_at=timezone.now(),
    )
    citizens = invented.citizens(people, Random(f"{seed}:county"))
    written = invented.written(citizens, Random(f"{seed}:old"))
    tables = {
        "hub_address": "id, lines, postcode, uprn, tenure, match_key",
        "hub_person": "id, public_id, family_name, given_name, birth_date, gender, nhs_number,"
        " nhs_number_verified, address_id, restricted, deceased",
        "hub_sourcerecord": "id, agency_id, delivery_id, feed, kind, key, place, content_hash, payload,"
        ' person_id, "group", waits_for',
        "hub_knownas": "source_record_id, person_id, address_id, family_key, given_key, birth_date, gender,"
        " nhs_number, nhs_number_verified, postcode, uprn, to_compare",
    }

    def rows(table: str) -> Iterator[tuple[Any, ...]]:
        for pk, (citizen, said) in enumerate(zip(citizens, written, strict=True), start=1):
            home = citizen.home
            if table == "hub_address":
                yield (pk, f"{home.door}, {home.town}", home.postcode, "", "", f"bench {pk}")
            elif table == "hub_person":
                yield (
                    *(pk, f"00000000-0000-0000-0000-{pk:012}", said.family_name, said.given_name),
                    *(said.birth_date, said.gender or "", said.nhs_number or "", said.nhs_number_verified),
                    *(pk, False, False),
                )
            elif table == "hub_sourcerecord":
                yield (
                    pk,
                    old.pk,
                    delivery.pk,
                    "bench",
                    "person",
                    f"P{pk}",
                    "",
                    "",
                    _payload(said),
                    pk,
                    "",
                    "",
                )
            else:
                yield (
                    *(pk, pk, pk, fold(said.family_name), fold_given(said.given_name), said.birth_date),
                    *(said.gender or "", said.nhs_number or "", said.nhs_number_verified),
                    *(said.postcode, said.uprn or "", False),
                )

    with connection.cursor() as cursor:
        for table, columns in tables.items():
            cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")  # else no COPY
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in rows(table):
                    copy.write_row(row)
            cursor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            if table != "hub_knownas":
                cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), %s)", [people])
        cursor.execute("ANALYZE")
    return citizens


def _payload(said: Any) -> str:
    kept = ("family_name", "given_name", "gender", "nhs_number", "nhs_number_verified", "postcode")
    born = said.birth_date and said.birth_date.isoformat()
    return json.dumps({name: getattr(said, name) for name in kept} | {"birth_date": born})


def _delivery(citizens: list[Any], count: int, seed: int) -> bytes:
    """Four in five are known already, written down by another clerk; the rest are new to the county."""
    from random import Random

    from hub.identity.measuring import invented

    rng = Random(f"{seed}:new")
    known = rng.sample(citizens, count * 4 // 5)
    strangers = invented.citizens(count - len(known), Random(f"{seed}:strangers"))
    file = io.StringIO(newline="")
    columns = ("client_reference", "family_name", "given_name", "date_of_birth", "gender", "nhs_number")
    writer = csv.writer(file)
    writer.writerow((*columns, "address", "postcode"))
    for number, said in enumerate(invented.written([*known, *strangers], rng)):
        number_said = said.nhs_number if number % 2 else ""
        writer.writerow(
            (
                *(f"N{number}", said.family_name, said.given_name, said.birth_date or "", said.gender or ""),
                *(number_said, ", ".join(said.address_lines), said.postcode),
            )
        )
    return file.getvalue().encode()
