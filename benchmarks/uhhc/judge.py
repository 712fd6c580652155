"""Judges a solution of the unified home healthcare problem by the rules of its authors' validator.

Written from the definitions that their validator implements; it reads the two JSON documents and shares no
code with the reader, the planner or the engine's own check. Where the validator is lenient (a service
longer than asked, a stated time of arrival, an empty list where nobody works) nothing is gained here.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from itertools import pairwise
from typing import Any

from benchmarks.verdict import Verdict

LUNCH = "lunch_break"
TERMS = (
    "travel_time", "total_tardiness", "highest_tardiness", "total_waiting_time", "total_extra_time",
    "max_idle_time", "caregiver_preferences", "optional_patients", "missed_lunch_break",
)  # fmt: skip


def judge(instance: dict[str, Any], solution: dict[str, Any]) -> Verdict:
    """Cost: each part times its weight in the instance; `parts` are weighted."""
    return _Judge(instance).judge(solution)


class _Judge:
    def __init__(self, instance: dict[str, Any]) -> None:
        self.instance, self.verdict = instance, Verdict()
        self.patients = {p["id"]: p for p in instance["patients"]}
        self.carers = {c["id"]: c for c in instance["caregivers"]}
        self.depots = {d["id"]: d["distance_matrix_index"] for d in instance["terminal_points"]}
        self.ends = instance["metadata"]["time_window_met"] == "at_service_end"
        self.count: dict[str, int] = dict.fromkeys(TERMS, 0)
        self.served: dict[str, dict[str, tuple[int, str]]] = defaultdict(dict)

    def judge(self, solution: dict[str, Any]) -> Verdict:
        routes = {route["caregiver_id"]: route.get("locations") or [] for route in solution["routes"]}
        if len(routes) != len(solution["routes"]):
            self.verdict.refuse("a caregiver has two routes")
        for unknown in routes.keys() - self.carers.keys():
            self.verdict.refuse(f"{unknown} is not a caregiver")
        idle = [self._route(carer, routes.get(name, [])) for name, carer in self.carers.items()]
        self.count["max_idle_time"] = max(idle, default=0)
        for patient in self.patients.values():
            self._patient(patient)
        weights = self.instance["metadata"]["cost_components"]
        self.verdict.parts = {name: weights.get(name, 0) * self.count[name] for name in TERMS}
        self.verdict.cost = sum(self.verdict.parts.values())
        return self.verdict

    def _route(self, carer: dict[str, Any], stops: list[dict[str, Any]]) -> int:
        """Counts what happens on one route; returns its idle minutes."""
        shift, ways = carer["working_shift"], self.instance["distances"]
        visits = [stop for stop in stops if "depot" not in stop]
        if not visits:
            self.count["missed_lunch_break"] += bool(carer.get("lunch_break"))
            return int(shift["end"] - shift["start"])
        home = self.depots[carer["departing_point"]]
        places = [home, *(self._place(stop, home) for stop in visits), self.depots[carer["arrival_point"]]]
        travel = [ways[a][b] for a, b in pairwise(places)]
        leave = visits[0]["start_time"] - travel[0]
        back = visits[-1]["end_time"] + travel[-1]
        if leave < shift["start"]:
            self.verdict.refuse(f"{carer['id']} leaves at {leave}, before the shift")
        idle = leave - shift["start"] + max(0, shift["end"] - back)
        for i in range(1, len(visits)):
            wait = visits[i]["start_time"] - visits[i - 1]["end_time"] - travel[i]
            if wait < 0:
                self.verdict.refuse(f"{carer['id']} cannot be at stop {i} by {visits[i]['start_time']}")
            idle += wait
            if not (i == 1 and visits[0]["service"] == LUNCH):
                self.count["total_waiting_time"] += wait
        self.count["travel_time"] += sum(travel)
        self.count["total_extra_time"] += max(0, back - shift["end"])
        lunches = [self._is_lunch(carer, stop) for stop in visits if stop["service"] == LUNCH]
        self.count["missed_lunch_break"] += bool(carer.get("lunch_break")) and not any(lunches)
        for stop in visits:
            if stop["service"] != LUNCH:
                self._service(carer, stop)
        return int(idle)

    def _place(self, stop: dict[str, Any], home: int) -> int:
        patient = self.patients.get(stop["patient"])
        if patient is None and stop["service"] != LUNCH:
            self.verdict.refuse(f"{stop['patient']} is not a patient")
        return home if patient is None else patient["distance_matrix_index"]

    def _is_lunch(self, carer: dict[str, Any], stop: dict[str, Any]) -> bool:
        rule = self.instance["lunch_breaks"]
        last = stop["end_time"] if self.ends else stop["start_time"]
        good = rule["start"] <= stop["start_time"] and last <= rule["end"]
        good = good and stop["end_time"] - stop["start_time"] >= rule["min_duration"]
        if not good:
            self.verdict.refuse(f"the lunch of {carer['id']} at {stop['start_time']} is none")
        return good

    def _service(self, carer: dict[str, Any], stop: dict[str, Any]) -> None:
        """One service: who may do it, how long it lasts, how late it is."""
        patient, name = self.patients.get(stop["patient"]), stop["service"]
        if patient is None:
            return
        where = f"{name} at {patient['id']} by {carer['id']}"
        if name not in carer["abilities"]:
            self.verdict.refuse(f"{where}: not able")
        if carer["id"] in (patient.get("incompatible_caregivers") or ()):
            self.verdict.refuse(f"{where}: incompatible")
        asked = {s["service"]: s["duration"] for s in patient["required_services"]}
        if name not in asked or name in self.served[patient["id"]]:
            self.verdict.refuse(f"{where}: not asked for, or twice")
            return
        start, end = stop["start_time"], stop["end_time"]
        if end - start != asked[name]:
            self.verdict.refuse(f"{where}: lasts {end - start}, not {asked[name]}")
        self.served[patient["id"]][name] = start, carer["id"]
        windows = patient["time_windows"]
        if start < windows[0]["start"]:
            self.verdict.refuse(f"{where}: begins at {start}, before every window")
        window = windows[max(0, bisect_right([w["start"] for w in windows], start) - 1)]
        late = max(0, (end if self.ends else start) - window["end"])
        self.count["total_tardiness"] += late
        self.count["highest_tardiness"] = max(self.count["highest_tardiness"], late)
        if patient.get("preferred_caregivers") is not None:
            self.count["caregiver_preferences"] += carer["id"] not in patient["preferred_caregivers"]

    def _patient(self, patient: dict[str, Any]) -> None:
        """All services of a patient or none, and how the two of a pair stand to each other."""
        served, asked = self.served[patient["id"]], [s["service"] for s in patient["required_services"]]
        if not served:
            self.count["optional_patients"] += 1
            if not patient.get("optional"):
                self.verdict.refuse(f"{patient['id']} is left out and is not optional")
            return
        if len(served) != len(asked):
            self.verdict.refuse(f"{patient['id']} has {len(served)} of {len(asked)} services")
            return
        rule = patient.get("synchronization") or {"type": "independent"}
        if len(asked) == 1 or rule["type"] == "independent":
            return
        (one, first), (two, second) = served[asked[0]], served[asked[1]]
        reach = rule.get("distance") if rule["type"] == "sequential" else {"min": 0, "max": 0}
        if first == second or not reach["min"] <= two - one <= reach["max"]:
            self.verdict.refuse(f"{patient['id']}: {first} at {one} and {second} at {two} are no pair")
