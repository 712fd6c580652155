"""Who might be meant: people found for a whole chunk of records at once, by what they share.

Two records meet here when they share an NHS number, or a date of birth together with the family
name, the postcode or the front door, or a postcode together with the family name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.models.expressions import RawSQL

from hub.identity.matching import Facts
from hub.identity.records import FACTS
from hub.models import KnownAs
from hub.models.among import as_array

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


def keys_of(facts: Facts) -> tuple[Key, ...]:
    """The keys by which a record finds others, as WAYS has them; a part that is not known makes no key."""
    born = facts.birth_date.isoformat() if facts.birth_date else ""
    family, postcode, uprn = facts.family, facts.postcode, facts.uprn
    keys = (
        ("number", facts.nhs_number) if facts.nhs_number else None,
        ("birth and name", born, family) if born and family else None,
        ("birth and postcode", born, postcode) if born and postcode else None,
        ("birth and door", born, uprn) if born and uprn else None,
        ("postcode and name", postcode, family) if postcode and family else None,
    )
    return tuple(key for key in keys if key)


class Pool:
    """The candidates for one chunk of records: what the database holds, and what the chunk adds."""

    def __init__(self, wanted: Iterable[Facts]) -> None:
        self._by_key: dict[Key, set[int]] = defaultdict(set)
        self._by_person: dict[int, list[Facts]] = defaultdict(list)
        # Keys are asked for three times; by identity, because comparing facts takes as long as making them.
        self._keys = {id(facts): (facts, keys_of(facts)) for facts in wanted}
        for known in _people_who_share({key for _, keys in self._keys.values() for key in keys}):
            self.add(known)

    def _keys_of(self, facts: Facts) -> tuple[Key, ...]:
        known = self._keys.get(id(facts))
        return known[1] if known else keys_of(facts)

    def add(self, facts: Facts) -> None:
        """From now on these facts of a person are found as well."""
        if facts.person_id is None:
            raise ValueError("only facts of a person can be found")
        self._by_person[facts.person_id].append(facts)
        for key in self._keys_of(facts):
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
        sharing = [found for key in self._keys_of(facts) if (found := self._by_key.get(key))]
        if not sharing:
            return []
        people = set().union(*(found for found in sharing if len(found) <= MOST_PEOPLE))
        return [known for person in sorted(people) for known in self._by_person[person]]


def _people_who_share(keys: set[Key]) -> Iterator[Facts]:
    """Every row of every person with a row that has one of the keys."""
    by_way: dict[str, list[Key]] = defaultdict(list)
    for key in keys:
        by_way[key[0]].append(key)
    if not by_way:
        return
    found = [_search(way, wanted) for way, wanted in by_way.items()]
    sql = " UNION ".join(text for text, _ in found)
    params = [each for _, values in found for each in values]
    rows = KnownAs.objects.filter(person_id__in=RawSQL(sql, params)).order_by("pk")
    yield from (Facts(*row) for row in rows.values_list(*FACTS).iterator(chunk_size=2000))


def _search(way: str, wanted: Sequence[Key]) -> tuple[str, list[Any]]:
    """SQL that finds people by one way of meeting, joined to lists of values so that its index is used."""
    columns = WAYS[way]
    _, *parts = zip(*wanted, strict=True)
    arrays = [as_array(values) for values in parts]
    lists = ", ".join(f"{array}::{kind}[]" for (array, _), (_, kind) in zip(arrays, columns, strict=True))
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
    return sql, [each for _, values in arrays for each in values]
