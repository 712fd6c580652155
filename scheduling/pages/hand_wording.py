"""What the engine says in codes, in the words and names of whoever looks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime

from django.utils import timezone

from hub import selectors as hub
from hub.models import User
from hub.templatetags.care import clock, day
from scheduling.mapping.breaches import Breach
from scheduling.mapping.clock import WeekClock
from scheduling.mapping.rewriting import Facts, PartRow
from visits import selectors
from visits.history import overrides_in_force
from visits.models import HandChange, Override, Rota
from visits.pages.rules import RULES

OCCURRENCE = re.compile(r"n(\d+)-(\d{4}-\d\d-\d\d)")
WORKER, PERSON, AGENCY = re.compile(r"\bw(\d+)\b"), re.compile(r"\bp(\d+)\b"), re.compile(r"\ba(\d+)\b")
MOMENT = re.compile(r"day \d+ \d\d:\d\d \((-?\d+)\)")
QUOTED = re.compile(r"'(n\d+-[\d-]+|[wpa]\d+)'")
MINUTE = re.compile(r"\bat (\d+)$")
LOCK = re.compile(r"(the lock of [^:]+): (.+?)\.?$")
LOCKED_MINUTE = re.compile(r"(?:(?<=\bat )|(?<=\bto )|^)(\d+)\b(?! minutes)")
GENDERS = {"F": "a woman", "M": "a man"}
TERMS = {
    "unserved": "left out",
    "arrivals": "arrivals at doors",
    "faces": "faces",
    "not_named": "not the named worker",
    "travel": "travel",
    "preferred": "away from the preferred time",
    "change": "changed against the published rota",
}


class Words:
    """Codes as the user may read them; what is not shared with them has no name."""

    def __init__(self, user: User, week_start: date, texts: Iterable[str]) -> None:
        every = " ".join(texts)
        today = timezone.localdate()
        self.clock = WeekClock(week_start)
        needs = {int(need) for need, _ in OCCURRENCE.findall(every)}
        found = hub.needs(user, on=today).filter(pk__in=needs).select_related("person")
        self.needs = {need.pk: f"{need.title} for {need.person.name}" for need in found}
        people = hub.people(user, on=today).filter(pk__in={int(key) for key in PERSON.findall(every)})
        self.people = {person.pk: person.name for person in people}
        workers = selectors.workers(user).filter(pk__in={int(key) for key in WORKER.findall(every)})
        self.workers = dict(workers.values_list("pk", "name"))
        self.agencies = {agency.pk: agency.name for agency in selectors.agency_marks()}
        self.skills = selectors.skill_names()

    def say(self, text: str) -> str:
        """The sentence with names for codes."""
        text = QUOTED.sub(r"\1", text)
        text = MINUTE.sub(lambda found: f"at {self.moment(int(found[1]))}", text)
        text = MOMENT.sub(lambda found: self.moment(int(found[1])), text)
        text = OCCURRENCE.sub(lambda found: self.occurrence(int(found[1])), text)
        text = WORKER.sub(lambda found: self.worker(int(found[1])), text)
        text = PERSON.sub(lambda found: self.people.get(int(found[1]), "another person"), text)
        text = AGENCY.sub(lambda found: self.agencies.get(int(found[1]), "another agency"), text)
        for code, name in self.skills.items():
            text = re.sub(rf"\b{re.escape(code)}\b", name, text)
        text = re.sub(r"gender ([FM])", lambda found: GENDERS[found[1]], text)
        return re.sub(r", (.+) has ([FM])$", lambda found: f", {found[1]} is {GENDERS[found[2]]}", text)

    def moment(self, minute: int) -> str:
        at = self.clock.at(minute)
        return f"{day(at)} {clock(at)}"

    def occurrence(self, need: int) -> str:
        return self.needs.get(need, "a call not shared with you")

    def worker(self, key: int) -> str:
        return self.workers.get(key, "another worker")


def breaches(words: Words, found: Iterable[Breach]) -> list[tuple[str, str, bool]]:
    """(the rule, what breaks it, whether a person may answer for it) of each, those that nobody may first."""
    ordered = sorted(found, key=lambda one: one.is_answerable)
    return [(RULES.get(one.rule, one.rule), words.say(one.said), one.is_answerable) for one in ordered]


def costs(terms: dict[str, int]) -> list[tuple[str, str]]:
    """(term, signed minutes) of what changes."""
    return [(TERMS.get(name, name), signed(value)) for name, value in terms.items()]


def signed(value: int) -> str:
    return f"+{value}" if value > 0 else f"−{-value}" if value else "±0"


def told(words: Words, row: HandChange) -> str:
    """What a change did, at the most telling part: whom it moved from where to where."""
    since, to = Facts.from_json(row.before), Facts.from_json(row.after)
    before = {part.need: part for part in sorted(since.parts, key=lambda part: part.starts_at)}
    parts = sorted(to.parts, key=lambda part: part.starts_at)
    out = sorted(to.unplaced)
    if not parts and out:
        return f"{words.occurrence(out[0].need)}, {day(date.fromisoformat(out[0].due_on))}, left out"
    moved = [part for part in parts if _spot(before.get(part.need)) != _spot(part)] or parts
    if not moved:
        return ""
    part = moved[0]
    was = before.get(part.need)
    then = f"{words.worker(part.worker)} at {_at(part.starts_at)}"
    more = f", and {len(moved) - 1} more" if len(moved) > 1 else ""
    origin = f"from {words.worker(was.worker)} at {_at(was.starts_at)} " if was else ""
    return f"{words.occurrence(part.need)} {origin}to {then}{more}"


def codes_of(row: HandChange) -> str:
    """Every code that telling of a change may need."""
    both = (Facts.from_json(row.before), Facts.from_json(row.after))
    parts = " ".join(f"{part.code} w{part.worker}" for facts in both for part in facts.parts)
    return parts + " " + " ".join(row.code for facts in both for row in facts.unplaced)


def answered(rota: Rota) -> set[tuple[int, int | None, date]]:
    """Need, worker (None: whoever comes) and day due of each breach of the rota that is overridden."""
    found = set()
    for row in overrides_in_force(rota):
        call = OCCURRENCE.fullmatch(row.ids[0])
        if call:
            worker = WORKER.fullmatch(row.ids[-1])
            found.add((int(call[1]), int(worker[1]) if worker else None, date.fromisoformat(call[2])))
    return found


def overrides(user: User, rota: Rota) -> list[tuple[str, str, Override]]:
    """(the rule, what breaks it, who answers with which reason) of each override in force."""
    rows = overrides_in_force(rota)
    words = Words(user, rota.week_start, [row.said for row in rows])
    return [(RULES.get(row.rule, row.rule), words.say(row.said), row) for row in rows]


def failure(user: User, week_start: date, error: str) -> str:
    """Why nothing was planned; of a lock that cannot hold which it is, what is against it and what to do."""
    if not error:
        return ""
    words, lock = Words(user, week_start, [error]), LOCK.search(error)
    if lock is None:
        return words.say(error)
    said = LOCKED_MINUTE.sub(lambda found: words.moment(int(found[1])), lock[2])
    name = lock[1].replace("this ", "a ")
    return (
        f"{name[0].upper()}{name[1:]} cannot hold: {words.say(said)}."
        " Release it under “Locks” on the board of that week, or change what stands against it;"
        " then plan again."
    )


def name_of(user: User | None) -> str:
    return user.shown_name if user else "somebody"


def _spot(part: PartRow | None) -> tuple[int, str] | None:
    return None if part is None else (part.worker, part.starts_at)


def _at(iso: str) -> str:
    at = datetime.fromisoformat(iso)
    return f"{day(at)} {clock(at)}"
