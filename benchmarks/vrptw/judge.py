"""Judges a solution of Solomon's and Gehring and Homberger's vehicle routing problems.

The objective is the whole distance, each way cut (not rounded) to one decimal, as the DIMACS challenge does;
a way takes as long as it is far. This shares no code with the reader or the planner.
"""

from __future__ import annotations

import math
from collections import Counter

from benchmarks.verdict import Verdict


def judge(instance: str, solution: str) -> Verdict:
    """Both are texts: the instance in Solomon's format, the solution as CVRPLIB writes it."""
    verdict = Verdict()
    rows = [[float(x) for x in line.split()] for line in instance.splitlines() if _is_numbers(line)]
    (vehicles, capacity), customers = rows[0], rows[1:]
    routes = [
        [int(x) for x in line.split(":")[1].split()]
        for line in solution.splitlines()
        if line.lower().startswith("route")
    ]
    tenths = 0
    for number, route in enumerate(routes, start=1):
        tenths += _route(number, route, customers, capacity, verdict)
    if len(routes) > vehicles:
        verdict.refuse(f"{len(routes)} vehicles, there are {vehicles:g}")
    visits = Counter(customer for route in routes for customer in route)
    for customer in range(1, len(customers)):
        if visits[customer] != 1:
            verdict.refuse(f"customer {customer} is visited {visits[customer]} times")
    verdict.parts = {"distance": tenths / 10, "vehicles": len(routes)}
    verdict.cost = tenths / 10
    return verdict


def _route(
    number: int, route: list[int], customers: list[list[float]], capacity: float, verdict: Verdict
) -> int:
    """The tenths of a route."""
    here, clock, tenths = 0, 0.0, 0
    if any(not 0 < customer < len(customers) for customer in route):
        verdict.refuse(f"route {number} visits a customer that there is not")
        return 0
    if (load := sum(customers[customer][3] for customer in route)) > capacity:
        verdict.refuse(f"route {number} carries {load:g}, it may carry {capacity:g}")
    for customer in [*route, 0]:
        _, x, y, _, ready, due, _ = customers[customer]
        way = math.floor(10 * math.dist((x, y), (customers[here][1], customers[here][2])) + 1e-9)
        tenths += way
        clock = max(clock + customers[here][6] + way / 10, ready)
        if clock > due + 1e-6:
            verdict.refuse(f"route {number} reaches {customer} at {clock:g}, after {due:g}")
        here = customer
    return tenths


def _is_numbers(line: str) -> bool:
    words = line.split()
    return len(words) in (2, 7) and all(word.replace(".", "", 1).isdigit() for word in words)
