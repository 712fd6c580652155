"""Who might be meant: people found for a whole chunk of records at once, by what they share.

Two records meet here when they share an NHS number, or a date of birth together with the family
name, the postcode or the front door, or a postcode together with the family name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from hub.identity.matching import Facts
from hub.identity.records import facts_from
from hub.models import KnownAs

Key = tuple[str, ...]
# A key that more people share says nothing about who somebody is: 1 January 1900 at the surgery's postcode.
MOST_PEOPLE = 200

# The ways to meet: columns, and the types under which lists of values go to the database.
WAYS: dict[str, tuple[tuple[str, str], ...]] = {
    "number": (("nhs_number", "text"),),
    "birth and name": (("birth_date", "date"), ("family_key", "text")),
    "birth and postcode": (("birth_date", "date"), ("postcode", "text")),
    "birth and door": (("birth_date", "date"), ("uprn", "text")),
    "postcode and name": (("postcode", "text"), ("family_key", "text")),
}


def keys_of(facts: Facts) -> Iterator[Key]:
    """The keys by which a record finds others; a part that is not known makes no key."""
    born = facts.birth_date.isoformat() if facts.birth_date else ""
    known = {
        "nhs_number": facts.nhs_number,
        "birth_date": born,
        "family_key": facts.family,
        "postcode": facts.postcode,
        "uprn": facts.uprn,
    }
    for way, columns in WAYS.items():
        values = tuple(known[column] for column, _ in columns)
        if all(values):
            yield (way, *values)


class Pool:
    """The candidates for one chunk of records: what the database holds, and what the chunk adds."""

    def __init__(self, wanted: Iterable[Facts]) -> None:
        self._by_key: dict[Key, set[int]] = defaultdict(set)
        self._by_person: dict[int, list[Facts]] = defaultdict(list)
        for known in _people_who_share({key for facts in wanted for key in keys_of(facts)}):
            self.add(known)

    def add(self, facts: Facts) -> None:
        """From now on these facts of a person are found as well."""
        if facts.person_id is None:
            raise ValueError("only facts of a person can be found")
        self._by_person[facts.person_id].append(facts)
        for key in keys_of(facts):
            self._by_key[key].add(facts.person_id)

    def replace(self, old: Facts, new: Facts) -> None:
        """One record of a person now says something else."""
        if old in self._by_person[old.person_id or 0]:
            self._by_person[old.person_id or 0].remove(old)
        self.add(new)

    def of_person(self, person_id: int) -> list[Facts]:
        """All that is known of one person."""
        return list(self._by_person[person_id])

    def candidates(self, facts: Facts) -> list[Facts]:
        """All that is known of each person who shares a key with these facts."""
        sharing = (self._by_key.get(key, set()) for key in keys_of(facts))
        people = set().union(*(found for found in sharing if len(found) <= MOST_PEOPLE))
        return [known for person in sorted(people) for known in self._by_person[person]]


def _people_who_share(keys: set[Key]) -> Iterator[Facts]:
    """Every row of every person with a row that has one of the keys."""
    searches = [_search(way, [key[1:] for key in sorted(keys) if key[0] == way]) for way in WAYS]
    found = [search for search in searches if search is not None]
    if not found:
        return
    sql = " UNION ".join(text for text, _ in found)
    params = [values for _, lists in found for values in lists]
    rows: QuerySet[KnownAs] = KnownAs.objects.filter(person_id__in=RawSQL(sql, params))
    yield from (facts_from(row) for row in rows.order_by("pk").iterator(chunk_size=2000))


def _search(way: str, wanted: list[tuple[str, ...]]) -> tuple[str, list[list[str]]] | None:
    """SQL that finds people by one way of meeting, joined to lists of values so that its index is used."""
    if not wanted:
        return None
    columns = WAYS[way]
    lists = ", ".join(f"%s::{kind}[]" for _, kind in columns)
    names = ", ".join(column for column, _ in columns)
    on = " AND ".join(f"known.{column} = wanted.{column}" for column, _ in columns)
    # A partial index is used only where its condition is repeated.
    present = "".join(
        f" AND known.{column} <> ''" for column, _ in columns if column in ("nhs_number", "uprn")
    )
    sql = (
        f"SELECT known.person_id FROM hub_knownas known"
        f" JOIN unnest({lists}) AS wanted ({names}) ON {on}{present}"
    )
    return sql, [list(values) for values in zip(*wanted, strict=True)]
