"""The same question put to two well-known libraries.

They get what is easiest for them: activities that are judged already, and only the numbers to
find (points in required areas, and in all). `recert` judges, places each point, and explains.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import networkx as nx
import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_matrix

from recert.policy.judging import Entry
from recert.policy.terms import Terms

Answer = tuple[int, int]
"""Points that fill requirements, and points in all; in hundredths."""


def ways(entries: Sequence[Entry], *, free: bool) -> Iterator[tuple[Entry, str, int]]:
    """Yield each area to which an activity may go, and how much of it."""
    for entry in entries:
        if free or entry.portions is None:
            yield from ((entry, area, entry.worth) for area in entry.free)
        else:
            yield from ((entry, area, points) for area, points in entry.portions.items())


def by_linear_programme(terms: Terms, entries: Sequence[Entry], *, free: bool) -> Answer:
    """Solve it with `scipy.optimize.linprog` (HiGHS): one solve, filling weighs more."""
    routes = list(ways(entries, free=free))
    if not routes:
        return 0, 0
    count, needs = len(routes), len(terms.needs)
    rows: list[int] = []
    columns: list[int] = []
    values: list[float] = []
    limits: list[float] = []
    row_of: dict[object, int] = {}

    def limit(name: object, most: int, column: int) -> None:
        if name not in row_of:
            row_of[name] = len(limits)
            limits.append(most)
        rows.append(row_of[name])
        columns.append(column)
        values.append(1)

    for column, (entry, area, _) in enumerate(routes):
        limit(entry.activity.id, entry.worth, column)
        for cap in entry.terms.caps:
            limit((cap, entry.year if cap.per_year else None), cap.limit, column)
        place = terms.need_of.get(area)
        if place is not None:  # what fills a need is no more than what its areas get
            name = ("need", place)
            if name not in row_of:
                row_of[name] = len(limits)
                limits.append(0)
                rows.append(row_of[name])
                columns.append(count + place)
                values.append(1)
            rows.append(row_of[name])
            columns.append(column)
            values.append(-1)
    served = {place for place in range(needs) if ("need", place) in row_of}
    bounds = [(0, most) for _, _, most in routes]
    bounds += [(0, need.points if place in served else 0) for place, need in enumerate(terms.needs)]
    weights = -np.concatenate([np.ones(count), np.full(needs, 1000.0)])
    matrix = coo_matrix((values, (rows, columns)), shape=(len(limits), count + needs)).tocsr()
    found = linprog(weights, A_ub=matrix, b_ub=limits, bounds=bounds, method="highs")
    return round(found.x[count:].sum()), round(found.x[:count].sum())


def by_networkx(terms: Terms, entries: Sequence[Entry], *, free: bool) -> Answer:
    """Solve it with `networkx.maximum_flow_value`: for the requirements, then for the total."""
    graph = nx.DiGraph()
    graph.add_nodes_from(["source", "needs", "total"])
    for entry, area, most in ways(entries, free=free):
        name = ("activity", entry.activity.id)
        inner: object = "source"
        for cap in reversed(entry.terms.caps):
            year = entry.year if cap.per_year else None
            graph.add_edge(inner, (cap, year), capacity=cap.limit)
            inner = (cap, year)
        graph.add_edge(inner, name, capacity=entry.worth)
        graph.add_edge(name, ("area", area), capacity=most)
        graph.add_edge(("area", area), "total")  # without limit
        place = terms.need_of.get(area)
        if place is not None:
            graph.add_edge(("area", area), ("need", place))
            graph.add_edge(("need", place), "needs", capacity=terms.needs[place].points)
    filled = nx.maximum_flow_value(graph, "source", "needs")
    return filled, nx.maximum_flow_value(graph, "source", "total")
