"""Turns a Problem into Tables."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scheduling.engine import tables as tb
from scheduling.engine.compiled import compiled
from scheduling.engine.flow.tables import add_eaters, add_meals, flow_policy, flow_tables
from scheduling.engine.nearest import near_nodes
from scheduling.engine.problem import Lock, Problem
from scheduling.engine.tables import Ints, Longs, Tables

NEIGHBOURS = 64
NEAR_IN_TIME = 300
LONGEST_ROUTE = 250


def build_tables(problem: Problem, seed: int) -> Tables:
    """Empty plan: every node is absent. See `tables` for shapes."""
    nodes = [(i, 0) for i in range(len(problem.occurrences))]
    nodes += [(i, 1) for i, occurrence in enumerate(problem.occurrences) if occurrence.workers == 2]
    node, published, windows, gaps, apart = _node_tables(problem, nodes)
    route, worker = _route_tables(problem)
    competence, kinds = _competence(problem, nodes)
    face = _faces(problem)
    if problem.flow and any(w.meal for w in problem.workers):
        node, published, windows = add_meals(problem, node, published, windows)
        competence, kinds = add_eaters(problem, competence, kinds)
        face = np.vstack([face, np.zeros((1, face.shape[1]), np.int32)])
    flow, day = flow_tables(problem, node, route)
    travel = np.ascontiguousarray(problem.travel, dtype=np.int32)
    policy = _policy(problem)
    candidates = _candidates(node, windows, route, competence, kinds, travel, policy)
    person_from, person_nodes = _nodes_by_person(node, len(face))
    length = _longest(node, route)
    size, routes = len(node), len(route)
    number = np.zeros(28, np.int64)
    number[tb.ABSENT] = size
    number[tb.TOTAL] = int(node[:, tb.PRICE].sum(dtype=np.int64))
    spot = np.full((size, 6), -1, np.int32)
    spot[:, tb.ABSENT_AT] = np.arange(size)
    spot[:, tb.MOVED] = 0
    return Tables(
        node=node,
        published=published,
        windows=windows,
        gaps=gaps,
        apart=apart,
        candidates=candidates,
        near=near_nodes(
            node, windows, travel, min(NEIGHBOURS, max(size - 1, 1)), tb.FAR if problem.flow else NEAR_IN_TIME
        ),
        beside=np.zeros((3, 0, 0), np.int32),
        person_from=person_from,
        person_nodes=person_nodes,
        travel=travel,
        inward=travel if (travel == travel.T).all() else np.ascontiguousarray(travel.T),
        face=face,
        policy=policy,
        settings=np.array(tb.SETTINGS, np.int64),
        spot=spot,
        route=route,
        stops=np.zeros((routes, length, 8), np.int32),
        worker=worker,
        fence=np.tile(np.array([-tb.FAR, tb.FAR, 1], np.int32), (size, 1)),
        flow=flow,
        day=day,
        order=np.zeros(len(flow) + 1, np.int32),
        met=np.zeros(face.shape, np.int16),
        absent=np.arange(size, dtype=np.int32),
        number=number,
        scratch=np.zeros((16, length + 3), np.int64),
        found=np.zeros((tb.MOST_FOUND + 1, 8), np.int64),
        ranked=np.zeros(tb.MOST_FOUND + 1, np.int64),
        edges=np.zeros((len(gaps) + 2, 4), np.int64),
        rooms=np.zeros(length + 2, np.int64),
        keys=np.zeros(size + 2, np.int64),
        work=np.zeros((8, max(size, routes) + 2), np.int32),
        undo_route=np.zeros(routes + 1, np.int32),
        undo_row=np.zeros((routes + 1, 16), np.int32),
        undo_stops=np.zeros((routes + 1, length, 8), np.int32),
        undo_window=np.zeros((routes + 1, length), np.int32),
        random=tb.seeded(seed),
    )


def _policy(problem: Problem) -> Longs:
    p = problem.policy
    return np.array(
        [
            p.arrival_allowance,
            p.join_wait,
            p.break_after,
            p.break_minutes,
            p.rest,
            p.arrival,
            p.not_named,
            p.preferred_per_10_min,
            p.change,
            *flow_policy(problem),
        ],
        np.int64,
    )


def _longest(node: Ints, route: Ints) -> int:
    """More services than fit into the longest shift, within reason."""
    if not len(node) or not len(route):
        return 2
    shift = int((route[:, tb.CLOSE] - route[:, tb.OPEN]).max())
    return max(2, min(len(node), shift // int(node[:, tb.MINUTES].min()) + 1, LONGEST_ROUTE) + 1)


def _node_tables(problem: Problem, nodes: list[tuple[int, int]]) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    node = np.zeros((len(nodes), 16), np.int32)
    published = np.full((len(nodes), 4), -1, np.int32)
    twins = {i: position for position, (i, part) in enumerate(nodes) if part}
    locks = _locks_by_node(problem)
    gaps_of, apart_of = _relations(problem)
    before = {problem.occurrence_index[p.occurrence]: p for p in problem.published}
    windows: list[tuple[int, int, int]] = []
    gaps: list[tuple[int, int, int, int]] = []
    apart: list[int] = []
    for n, (i, part) in enumerate(nodes):
        occurrence = problem.occurrences[i].part(part)
        person = problem.person_index[occurrence.person]
        named = problem.people[person].named_worker
        price = problem.policy.unserved_weight(occurrence.priority)
        price += problem.policy.change if i in before else 0
        lock = locks.get((i, part))
        held = [k.start for k in (locks.get((i, 0)), locks.get((i, 1))) if k and k.start is not None]
        if lock or (i, 0) in locks:
            price = tb.LOCKED_PRICE
        mine = [(w.start, w.end, w.due_by) for w in occurrence.windows]
        if held:
            mine = [(held[0], held[0], held[0])]
        node[n] = (
            person,
            problem.people[person].place,
            occurrence.minutes,
            0 if part else price,
            -1 if occurrence.preferred is None else occurrence.preferred,
            occurrence.mergeable,
            (twins.get(i, -1), i)[part],
            -1 if named is None else problem.worker_index[named],
            len(windows),
            len(windows) + len(mine),
            len(gaps),
            len(gaps) + len(gaps_of[i]),
            len(apart),
            len(apart) + len(apart_of[i]),
            0,
            0,
        )
        windows += mine
        gaps += gaps_of[i]
        apart += apart_of[i]
        if i in before:
            pair = [problem.worker_index[w] for w in before[i].workers]
            one, two = [*pair, -2, -2][:2] if len(pair) == occurrence.workers else (-2, -2)
            published[n, :3] = (before[i].start, one, two)
        published[n, tb.OWN_LOCK] = int((i, 0) in locks or (i, 1) in locks)
    return (
        node,
        published,
        np.array(windows, np.int32).reshape(-1, 3),
        np.array(gaps, np.int32).reshape(-1, 4),
        np.array(apart, np.int32),
    )


def _locks_by_node(problem: Problem) -> dict[tuple[int, int], Lock]:
    """Each lock with the node it binds: of a pair, the first worker named binds the first node."""
    locks: dict[tuple[int, int], Lock] = {}
    for lock in sorted(problem.locks, key=lambda k: k.worker is None):
        i = problem.occurrence_index[lock.occurrence]
        part = int((i, 0) in locks)
        locks[i, part] = lock
    return locks


def _relations(problem: Problem) -> tuple[list[list[tuple[int, int, int, int]]], list[list[int]]]:
    index = problem.occurrence_index
    gaps: list[list[tuple[int, int, int, int]]] = [[] for _ in problem.occurrences]
    apart: list[list[int]] = [[] for _ in problem.occurrences]
    for gap in problem.gaps:
        one, two = index[gap.before], index[gap.after]
        most = tb.FAR if gap.max is None else gap.max
        gaps[one].append((two, 0, gap.min, most))
        gaps[two].append((one, 1, gap.min, most))
    for a, b in problem.separate:
        apart[index[a]].append(index[b])
        apart[index[b]].append(index[a])
    return gaps, apart


def _route_tables(problem: Problem) -> tuple[Ints, Ints]:
    routes: list[list[int]] = []
    worker = np.zeros((len(problem.workers), 5), np.int32)
    for w, person in enumerate(problem.workers):
        first = len(routes)
        for j, shift in enumerate(person.shifts):
            before = first + j - 1 if j else -1
            after = first + j + 1 if j + 1 < len(person.shifts) else -1
            row = [w, shift.start, shift.end, person.place, before, after, 0, shift.start, shift.start]
            routes.append([*row, 0, 1, 0, 0, 0, 0, 0])
        worker[w] = (min(person.max_week_minutes, tb.FAR), 0, first, len(routes), 1)
    return np.array(routes, np.int32).reshape(-1, 16), worker


def _competence(problem: Problem, nodes: list[tuple[int, int]]) -> tuple[NDArray[np.uint8], Ints]:
    """(kinds, workers) who may serve what, and the kind of each node; a locked worker makes a kind."""
    locks = _locks_by_node(problem)
    kinds: dict[tuple[object, ...], int] = {}
    rows: list[NDArray[np.uint8]] = []
    kind_of = np.zeros(len(nodes), np.int32)
    for n, (i, part) in enumerate(nodes):
        occurrence = problem.occurrences[i].part(part)
        barred = problem.people[problem.person_index[occurrence.person]].barred_workers
        lock = locks.get((i, part))
        held = lock.worker if lock else None
        key = (occurrence.agency, occurrence.skills, occurrence.gender, barred, held)
        if key not in kinds:
            kinds[key] = len(rows)
            able = [problem.may_serve(w, occurrence) and held in (None, w.id) for w in problem.workers]
            rows.append(np.array(able, np.uint8))
        kind_of[n] = kinds[key]
    return np.array(rows, np.uint8).reshape(len(rows), len(problem.workers)), kind_of


def _candidates(
    node: Ints,
    windows: Ints,
    route: Ints,
    competence: NDArray[np.uint8],
    kinds: Ints,
    travel: Ints,
    policy: Longs,
) -> Ints:
    """Routes of workers who may serve each node, on then; fills CAND_FROM and CAND_TO.

    Travel is not asked about: where triangles do not hold, the way may be shorter by another door.
    """
    if not len(node) or not len(route):
        return np.zeros(0, np.int32)
    order = np.argsort(route[:, tb.OPEN], kind="stable").astype(np.int32)
    nothing = np.zeros(0, np.int32)
    counted = list_candidates(node, windows, route, order, competence, kinds, policy, nothing)
    found = np.zeros(counted, np.int32)
    list_candidates(node, windows, route, order, competence, kinds, policy, found)
    sort_by_travel(node, route, travel, found)
    return found


@compiled
def list_candidates(
    node: Ints,
    windows: Ints,
    route: Ints,
    order: Ints,
    competence: NDArray[np.uint8],
    kinds: Ints,
    policy: Longs,
    found: Ints,
) -> int:
    """Counts the candidates, and writes them where `found` has room (counting pass: it is empty)."""
    opens = route[order, tb.OPEN]
    longest = (route[:, tb.CLOSE] - route[:, tb.OPEN]).max()
    count = 0
    for n in range(len(node)):
        row = node[n]
        own = windows[row[tb.WIN_FROM] : row[tb.WIN_TO]]
        node[n, tb.CAND_FROM] = count
        first = np.searchsorted(opens, own[:, 0].min() - longest)
        last = np.searchsorted(opens, own[:, 1].max(), side="right")
        for k in range(first, last):
            r = order[k]
            if competence[kinds[n], route[r, tb.WORKER]] == 0:
                continue
            fits = False
            for m in range(len(own)):
                earliest = max(own[m, 0], route[r, tb.OPEN] + policy[tb.ALLOWANCE])
                fits = fits or earliest <= min(own[m, 1], route[r, tb.CLOSE] - row[tb.MINUTES])
            if fits:
                if count < len(found):
                    found[count] = r
                count += 1
        node[n, tb.CAND_TO] = count
    return count


@compiled
def sort_by_travel(node: Ints, route: Ints, travel: Ints, found: Ints) -> None:
    """Puts the candidates of each node in the order of travel from their bases."""
    for n in range(len(node)):
        own = found[node[n, tb.CAND_FROM] : node[n, tb.CAND_TO]]
        away = np.empty(len(own), np.int32)
        for k in range(len(own)):
            away[k] = travel[route[own[k], tb.BASE], node[n, tb.PLACE]]
        own[:] = own[np.argsort(away, kind="mergesort")]


def _nodes_by_person(node: Ints, people: int) -> tuple[Ints, Ints]:
    order = np.argsort(node[:, tb.PERSON], kind="stable").astype(np.int32)
    starts = np.searchsorted(node[order, tb.PERSON], np.arange(people + 1)).astype(np.int32)
    return starts, order


def _faces(problem: Problem) -> Ints:
    """(people, workers) price of the first visit of a worker to a person."""
    policy = problem.policy
    face = np.full(
        (len(problem.people), max(len(problem.workers), 1)), policy.face + policy.new_face, np.int32
    )
    for i, person in enumerate(problem.people):
        for name in person.known_workers:
            face[i, problem.worker_index[name]] = policy.face
    return face
