"""Judges a solution of Mankowska, Meisel and Bierwirth's home health care problem (2014).

Written from the published definition alone: it reads the two JSON documents and shares no code with the
reader, the planner or the engine's own check.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from benchmarks.verdict import Verdict

SLIP = 1e-6
"""Times have three decimals; floating point sums of them differ by less than this."""


def judge(instance: dict[str, Any], solution: dict[str, Any]) -> Verdict:
    """Cost: a third each of all travel, all tardiness, and the largest tardiness."""
    verdict = Verdict()
    rows = {patient["id"]: row for row, patient in enumerate(instance["patients"], start=1)}
    starts: dict[tuple[str, str], tuple[float, str]] = {}
    times: Counter[tuple[str, str]] = Counter()
    travel = 0.0
    for route in solution["routes"]:
        travel += _route(instance, route, rows, verdict)
        for stop in route["locations"]:
            key = stop["patient_id"], stop["service_id"]
            times[key] += 1
            starts[key] = stop["arrival_time"], route["caregiver_id"]
    names = [route["caregiver_id"] for route in solution["routes"]]
    if len(set(names)) != len(names):
        verdict.refuse("a caregiver has two routes")
    lateness = [0.0]
    for patient in instance["patients"]:
        lateness += _patient(patient, starts, times, verdict)
    asked = {(p["id"], s["service"]) for p in instance["patients"] for s in p["required_caregivers"]}
    for extra in times.keys() - asked:
        verdict.refuse(f"nobody asked for {extra}")
    verdict.parts = {"travel": travel, "tardiness": sum(lateness), "largest_tardiness": max(lateness)}
    verdict.cost = sum(verdict.parts.values()) / 3
    return verdict


def _route(instance: dict[str, Any], route: dict[str, Any], rows: dict[str, int], verdict: Verdict) -> float:
    """The distance of one route; refuses what its caregiver cannot do in that order at those times."""
    who = route["caregiver_id"]
    abilities = {c["id"]: set(c["abilities"]) for c in instance["caregivers"]}
    if who not in abilities:
        verdict.refuse(f"{who} is not a caregiver")
        return 0.0
    wanted = {
        (p["id"], s["service"]): s["duration"] for p in instance["patients"] for s in p["required_caregivers"]
    }
    travel, here, free = 0.0, 0, 0.0
    for stop in route["locations"]:
        if stop["patient_id"] not in rows:
            continue  # said elsewhere
        if stop["service_id"] not in abilities[who]:
            verdict.refuse(f"{who} cannot do {stop['service_id']} at {stop['patient_id']}")
        there = rows[stop["patient_id"]]
        travel += instance["distances"][here][there]
        if stop["arrival_time"] < free + instance["distances"][here][there] - SLIP:
            verdict.refuse(f"{who} cannot be at {stop['patient_id']} by {stop['arrival_time']}")
        lasts = stop["departure_time"] - stop["arrival_time"]
        if lasts < wanted.get((stop["patient_id"], stop["service_id"]), 0) - SLIP:
            verdict.refuse(f"{stop['service_id']} at {stop['patient_id']} lasts only {lasts}")
        here, free = there, stop["departure_time"]
    return travel + instance["distances"][here][0]


def _patient(
    patient: dict[str, Any],
    starts: dict[tuple[str, str], tuple[float, str]],
    times: Counter[tuple[str, str]],
    verdict: Verdict,
) -> list[float]:
    """The tardiness of each of a patient's services."""
    name, late, found = patient["id"], [], []
    for asked in patient["required_caregivers"]:
        key = name, asked["service"]
        if times[key] != 1:
            verdict.refuse(f"{key} is served {times[key]} times")
            continue
        start, who = starts[key]
        found.append((start, who))
        if start < patient["time_window"][0] - SLIP:
            verdict.refuse(f"{key} begins at {start}, before its window")
        late.append(max(0.0, start - patient["time_window"][1]))
    if len(found) == 2:
        _together(patient, found[0], found[1], verdict)
    return late


def _together(
    patient: dict[str, Any], first: tuple[float, str], second: tuple[float, str], verdict: Verdict
) -> None:
    rule = patient["synchronization"]
    least, most = (0, 0) if rule["type"] == "simultaneous" else rule["distance"]
    if first[1] == second[1]:
        verdict.refuse(f"{patient['id']} has one caregiver for both services")
    if not least - SLIP <= second[0] - first[0] <= most + SLIP:
        verdict.refuse(f"{patient['id']}: {second[0] - first[0]} apart, not {least} to {most}")
