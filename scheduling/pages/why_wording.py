"""What the desk answers, in sentences for whoever reads them."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

from scheduling.pages.hand_wording import TERMS, Words
from visits.models import Unplaced

Answer = dict[str, Any]
CODES = re.compile(r"n\d+-\d{4}-\d\d-\d\d|\b[wpa]\d+\b")
# Why one of several workers cannot come: at the least trouble that the desk found. The keys here and below
# are the engine's (Rule, Apart, Help), spelt out: to import them would load compiled code into the site.
REFUSED = {
    "barred": "barred from this person",
    "gender": "of another gender than was asked for",
    "skills": "not signed off for every task",
    "delegation": "of an agency to which the task is not delegated",
    "lock": "kept away by a lock",
    "partner": "without a second worker who could come at the same time",
    "twice": "coming to it already, as the second worker",
    "begun": "not able to change what has begun",
    "needed": "needed where they are",
    "shift": "not on shift at that time",
    "gap": "too near to, or too far from, another call of that person",
    "travel": "on another visit, or on the way to one",
    "break": "left without a break",
    "rest": "left without enough rest between two days",
    "hours": "over the hours of the week",
    "mergeable": "there for a call that must stand alone",
    "separate": "there for a call that must stay apart from this one",
}
LARGEST = 4  # terms that are told, the largest first


def codes_in(answer: Answer) -> list[str]:
    """Every code that the answer holds."""
    return CODES.findall(repr(answer))


def why_here(words: Words, answer: Answer) -> list[str]:
    """Why the occurrence stands where it does, one sentence each."""
    present, terms = answer["present"], answer["terms"]
    who = _workers(words, present["workers"])
    said = [f"{who} come{'' if len(present['workers']) > 1 else 's'} {words.moment(present['start'])}."]
    if terms.get("not_named"):
        said.append(f"It is not the named worker, which counts as {_minutes(terms['not_named'])}.")
    if terms.get("faces"):
        said.append(f"It adds to the faces the person meets, which counts as {_minutes(terms['faces'])}.")
    elif not answer["joined_with"]:
        said.append("The person meets this face anyway.")
    if answer["joined_with"]:
        others = _and([words.say(code) for code in answer["joined_with"]])
        said.append(f"They are at the door then for {others}, so nobody has to knock again.")
    if travel := terms.get("travel"):
        said.append(f"Without it, there would be {_minutes(travel)} less travel.")
    elif not answer["joined_with"]:
        said.append("It lies on the way: it adds no travel.")
    if terms.get("preferred"):
        said.append(f"It is away from the preferred time, which counts as {_minutes(terms['preferred'])}.")
    if answer["has_begun"]:
        said.append("It has begun, so nothing else is looked at.")
    return said


def next_best(words: Words, answer: Answer) -> list[str]:
    """What else was possible, and what that would cost."""
    said = []
    if other := answer["alternative"]:
        who = _workers(words, other["workers"])
        said.append(f"Next best: {who}, {words.moment(other['start'])}. {_price(other)}{_moves(other)}")
    elif answer["present"] and not answer["has_begun"]:
        said.append("Nobody else could come without breaking a rule.")
    if other := answer["next_time"]:
        said.append(f"Another time with the same: {words.moment(other['start'])}. {_price(other)}")
    return said


def apart(words: Words, row: Answer) -> str:
    """Why another call at the same door on the same day is another visit."""
    other, facts = words.say(row["other"]), row["facts"]
    return f"{other[:1].upper()}{other[1:]}: {_reason_apart(words, row, facts)}"


def _reason_apart(words: Words, row: Answer, facts: Answer) -> str:
    minutes = facts.get("minutes")
    match row["code"]:
        case "keep_separate":
            return "somebody has asked that the two be kept separate."
        case "not_mergeable":
            return f"{_and([words.say(code) for code in facts['occurrences']])} must stand alone."
        case "gap":
            return f"at least {minutes} minutes must lie between the two."
        case "windows_apart":
            least = "" if minutes is None else f": at least {minutes} minutes lie between them"
            return f"their agreed times lie apart{least}."
        case "locked_apart":
            return "each is locked to another worker."
        case "skill_missing":
            return f"no worker is signed off for all of {_and([words.say(s) for s in facts['skills']])}."
        case "no_delegation":
            missing = [
                f"{words.say(giver)} has not delegated {words.say(skill)} to {words.say(holder)}"
                for giver, holder, skill in facts["missing"]
            ]
            return f"{_and(missing)}."
        case "barred_or_gender":
            return "those who could do both are barred, or not of the gender asked for."
        case "begun":
            return "one of them has begun."
        case "two_pairs":
            return "both need two workers."
        case "no_room":
            return "nobody who may do both has the time at once."
        case "costs_more":
            return f"one visit for both would cost more. {_price(row)}"
        case _:
            return f"one visit for both would be better. {_price(row)}Plan again, or move it there."


def remedy(words: Words, row: Answer) -> str:
    """What would let it in, and what that would cost."""
    facts = row["facts"]
    then = f"{_workers(words, row['workers'])} could come {words.moment(row['start'])}. {_price(row)}"
    match row["kind"]:
        case "window":
            return f"If it might begin {facts['minutes']} minutes outside the agreed times: {then}"
        case "skill":
            skills = _and([words.say(skill) for skill in facts["skills"]])
            return f"If {words.say(facts['worker'])} were signed off for {skills}: {then}"
        case "delegation":
            skills = _and([words.say(skill) for skill in facts["skills"]])
            giver, holder = words.say(facts["from_agency"]), words.say(facts["to_agency"])
            return f"If {giver} delegated {skills} to {holder}: {then}"
        case _:
            worker = words.say(facts["worker"])
            return f"If the shift of {worker} were {facts['minutes']} minutes longer: {then}"


def left_out(answer: Answer) -> str:
    """The true reason, as it is shown everywhere."""
    reason = answer["reason"]
    return f"{Unplaced.Reason(reason).label}." if reason else "It would fit now: place it, or plan again."


def refused(words: Words, answer: Answer) -> list[tuple[str, list[str]]]:
    """(what is in the way, the workers) of all who cannot come, the most first."""
    groups: dict[str, list[str]] = defaultdict(list)
    for row in answer["refusals"]:
        groups[REFUSED[row["rule"]]].append(words.say(row["worker"]))
    return sorted(((why, sorted(names)) for why, names in groups.items()), key=lambda g: (-len(g[1]), g[0]))


def option(words: Words, row: Answer) -> dict[str, Any]:
    """A way to serve it, for the list of who could take it."""
    return {
        "worker": int(row["worker"][1:]),
        "who": _workers(words, row["workers"]),
        "at": words.clock.at(row["start"]),
        "cost": row["cost"],
        "price": _price(row),
        "moves": _moves(row),
    }


def _workers(words: Words, codes: list[str]) -> str:
    return _and([words.say(code) for code in codes])


def _price(row: Answer) -> str:
    """The cost in words, with the largest terms that make it."""
    terms = sorted(((n, v) for n, v in row["terms"].items() if v), key=lambda term: -abs(term[1]))
    told = ", ".join(f"{TERMS.get(n, n)} {'+' if v > 0 else '−'}{abs(v)}" for n, v in terms[:LARGEST])
    if not row["cost"]:
        return f"It would cost the same{f' ({told})' if told else ''}. "
    more = "more" if row["cost"] > 0 else "less"
    return f"It would cost {_minutes(abs(row['cost']))} {more} ({told}). "


def _moves(row: Answer) -> str:
    count = len(row["moves"])
    if not count:
        return ""
    most = max(abs(move["after"] - move["before"]) for move in row["moves"])
    return (
        f"{count} other call{'' if count == 1 else 's'} would begin up to {_minutes(most)} earlier or later. "
    )


def _minutes(number: int) -> str:
    return f"{number:,} minute{'' if number == 1 else 's'}"


def _and(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""
