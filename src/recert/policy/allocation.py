"""Which points count where: exact, by a flow from activities through nested caps to areas.

Points count once (REQ-7). The split that serves best is the one with the largest sum in the areas
that requirements name and, with that, the largest total; both are always to be had together, as
a path that adds points never empties an area. `docs/allocation.md` explains it with a picture.

Most points have only one way to go, and are placed at once. What is left is *contested*: an
activity that may go to several areas in need, or one whose kind brings more than a cap lets
through. Contested points that have the same ways to go are merged, so that the network stays
small however many activities there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from recert.policy.flow import UNLIMITED, Network
from recert.policy.judging import Entry
from recert.policy.terms import CapTerm, Terms


class CapUse(msgspec.Struct, eq=False):
    """A cap in one year or cycle: what was brought to it, and how much of it is used."""

    term: CapTerm
    year: int | None
    outer: CapUse | None
    brought: int = 0
    used: int = 0
    node: int = -1  # in the network

    @property
    def binds(self) -> bool:
        """Whether more was brought than the cap lets through."""
        return self.brought > self.term.limit

    @property
    def room(self) -> int:
        """What the cap still lets through, the caps around it included."""
        left = self.term.limit - self.used
        return left if self.outer is None else min(left, self.outer.room)

    def use(self, points: int) -> None:
        """Count points that went through."""
        self.used += points
        if self.outer is not None:
            self.outer.use(points)


class Shortage(msgspec.Struct, frozen=True):
    """Areas that together lack points, and the caps that hold back points that could help."""

    needs: tuple[int, ...]  # places in `Terms.needs`
    points: int
    caps: tuple[CapUse, ...]


class Placement(msgspec.Struct, eq=False):
    """Where points count in one way of allocating. All in hundredths.

    `counted`: by activity (in their order), the points by area. `in_need`: by requirement, the
    points in its areas, also beyond what it asks. `caps`: all caps on what was brought.
    """

    counted: list[dict[str, int]]
    in_need: list[int]
    total: int
    caps: list[CapUse]
    shortages: tuple[Shortage, ...]


class _Offer(msgspec.Struct, eq=False):
    """Points of one activity that share the same ways to go.

    `limits`: the most that each area may take of them, where that is less than all.
    """

    place: int
    amount: int
    areas: Sequence[str]
    cap: CapUse | None
    limits: dict[str, int] | None = None


class _Class(msgspec.Struct, eq=False):
    """Contested offers with the same ways to go, as one node of the network."""

    offers: list[_Offer]
    cap: CapUse | None
    ways: dict[int, int]  # the most that may go to each need (its place in `Terms.needs`)
    amount: int = 0
    edges: dict[int, int] = {}  # the edge of the network to each need


def place_points(terms: Terms, entries: Sequence[Entry], *, free: bool) -> Placement:
    """Place points so that they serve best: as claimed, or with every activity free to move."""
    caps = _caps_on(entries, free=free)
    placement = Placement([{} for _ in entries], [0] * len(terms.needs), 0, list(caps.values()), ())
    contested = _place_uncontested(terms, _offers(entries, caps, free=free), placement)
    _place_contested(terms, contested, placement)
    return placement


def _brought(entry: Entry, *, free: bool) -> int:
    if free or entry.portions is None:
        return entry.worth if entry.free else 0
    return min(entry.worth, sum(entry.portions.values()))


def _caps_on(entries: Sequence[Entry], *, free: bool) -> dict[tuple[CapTerm, int | None], CapUse]:
    """Add up what is brought to each cap, the inner ones first."""
    caps: dict[tuple[CapTerm, int | None], CapUse] = {}
    for entry in entries:
        chain = entry.terms.caps
        if not chain or not entry.worth:
            continue
        outer = None
        for term in reversed(chain):
            key = (term, entry.year if term.per_year else None)
            cap = caps.get(key)
            if cap is None:
                cap = caps[key] = CapUse(term, key[1], outer)
            outer = cap
        if outer is not None:  # now the innermost
            outer.brought += _brought(entry, free=free)
    for cap in sorted(caps.values(), key=lambda cap: cap.term.rank):
        if cap.outer is not None:
            cap.outer.brought += min(cap.brought, cap.term.limit)
    return caps


def _offers(
    entries: Sequence[Entry], caps: dict[tuple[CapTerm, int | None], CapUse], *, free: bool
) -> Iterable[_Offer]:
    """Take each activity apart into points that share the same ways to go."""
    for place, entry in enumerate(entries):
        worth = entry.worth
        if not worth:
            continue
        cap = None
        if chain := entry.terms.caps:
            cap = caps[chain[0], entry.year if chain[0].per_year else None]
        portions = entry.portions
        if free or portions is None:
            if entry.free:
                yield _Offer(place, worth, entry.free, cap)
        elif sum(portions.values()) <= worth:
            for area, points in portions.items():
                yield _Offer(place, points, (area,), cap)
        else:  # ACT-7: up to its worth, in whichever of the claimed areas serve best
            yield _Offer(place, worth, tuple(portions), cap, portions)


def _any_binds(cap: CapUse | None) -> bool:
    while cap is not None:
        if cap.binds:
            return True
        cap = cap.outer
    return False


def _place_uncontested(
    terms: Terms, offers: Iterable[_Offer], placement: Placement
) -> list[_Offer]:
    """Place what has one way to go; answer what is contested."""
    need_of, in_need, counted = terms.need_of, placement.in_need, placement.counted
    contested = []
    for offer in offers:
        if offer.cap is not None and _any_binds(offer.cap):
            contested.append(offer)
        elif len(offer.areas) == 1:
            area, points = offer.areas[0], offer.amount
            counts = counted[offer.place]
            counts[area] = counts.get(area, 0) + points
            if area in need_of:
                in_need[need_of[area]] += points
            placement.total += points
            if offer.cap is not None:
                offer.cap.use(points)
        else:
            contested.append(offer)
    return contested


def _place_contested(terms: Terms, contested: list[_Offer], placement: Placement) -> None:
    """Place the rest by a maximum flow, then fill up the total, and explain what is lacking."""
    lacking = {
        place: need.points - got
        for place, (need, got) in enumerate(zip(terms.needs, placement.in_need, strict=True))
        if got < need.points
    }
    classes = _merge(terms, contested, lacking)
    network, need_nodes = Network(), dict[int, int]()
    source, sink = network.node(), network.node()
    if any(one.ways for one in classes):
        _draw(network, source, sink, classes, lacking, need_nodes)
        network.fill(source, sink)
    for one in classes:
        if one.cap is not None:
            one.cap.use(sum(map(network.flow, one.edges.values())))
    for one in classes:
        _hand_out(terms, one, network, placement)
    if lacking:
        placement.shortages = _shortages(terms, placement, network, sink, need_nodes)


def _merge(terms: Terms, contested: list[_Offer], lacking: dict[int, int]) -> list[_Class]:
    """Merge offers under the same cap that could serve the same needs."""
    merged: dict[object, _Class] = {}
    for offer in contested:
        ways: dict[int, int] = {}
        for area in offer.areas:
            place = terms.need_of.get(area)
            if place in lacking:
                most = UNLIMITED if offer.limits is None else offer.limits[area]
                ways[place] = ways.get(place, 0) + most
        # An offer with limits of its own stays by itself.
        key = (offer.cap, frozenset(ways)) if offer.limits is None else offer
        one = merged.get(key)
        if one is None:
            merged[key] = _Class([offer], offer.cap, ways, offer.amount, {})
        else:
            one.offers.append(offer)
            one.amount += offer.amount
    return list(merged.values())


def _draw(
    network: Network,
    source: int,
    sink: int,
    classes: list[_Class],
    lacking: dict[int, int],
    need_nodes: dict[int, int],
) -> None:
    """Draw source -> outer caps -> inner caps -> classes -> needs -> sink."""
    for place, points in lacking.items():
        need_nodes[place] = network.node()
        network.edge(need_nodes[place], sink, points)

    def node_of(cap: CapUse | None) -> int:
        if cap is None:
            return source
        if cap.node < 0:
            start = node_of(cap.outer)
            cap.node = network.node()
            network.edge(start, cap.node, cap.term.limit - cap.used)
        return cap.node

    for one in classes:
        if one.ways:
            node = network.node()
            network.edge(node_of(one.cap), node, one.amount)
            for place, most in one.ways.items():
                one.edges[place] = network.edge(node, need_nodes[place], most)


def _hand_out(terms: Terms, one: _Class, network: Network, placement: Placement) -> None:
    """Give what flowed through a class, and what more may count, to its activities in order."""
    flows = {place: network.flow(edge) for place, edge in one.edges.items()}
    more = one.amount - sum(flows.values())
    if one.cap is not None:
        more = min(more, one.cap.room)
        one.cap.use(more)
    for offer in one.offers:
        counts = placement.counted[offer.place]
        left = offer.amount

        def count(area: str, most: int, offer: _Offer = offer, counts: dict[str, int] = counts) -> int:
            limit = most if offer.limits is None else offer.limits[area] - counts.get(area, 0)
            points = min(most, limit)
            if points:
                counts[area] = counts.get(area, 0) + points
                placement.total += points
                if area in terms.need_of:
                    placement.in_need[terms.need_of[area]] += points
            return points

        for area in offer.areas:
            place = terms.need_of.get(area, -1)
            if flows.get(place):
                points = count(area, min(left, flows[place]))
                flows[place] -= points
                left -= points
        # What no need takes counts toward the total: first in an area that no need names.
        for area in sorted(offer.areas, key=terms.need_of.__contains__):
            if left and more:
                points = count(area, min(left, more))
                more -= points
                left -= points


def _shortages(
    terms: Terms, placement: Placement, network: Network, sink: int, need_nodes: dict[int, int]
) -> tuple[Shortage, ...]:
    """Say which needs lack points together, and which caps hold back points that could help.

    Needs that compete for the same points fall short together: one cut of the network.
    """
    place_of = {node: place for place, node in need_nodes.items()}
    lacks = {
        place: need.points - got
        for place, (need, got) in enumerate(zip(terms.needs, placement.in_need, strict=True))
        if got < need.points
    }
    found: list[tuple[set[int], set[int]]] = []  # needs, and all feeders
    for place in lacks:
        feeders = set[int]()
        if place in need_nodes:
            feeders = network.feeders(need_nodes[place], without=sink)
        needs = {place} | {place_of[node] for node in feeders if node in place_of}
        for other in [other for other in found if other[0] & needs]:
            found.remove(other)
            needs |= other[0]
            feeders |= other[1]
        found.append((needs, feeders))
    return tuple(
        Shortage(
            needs=tuple(sorted(needs)),
            points=sum(lacks.get(place, 0) for place in needs),
            caps=tuple(
                cap
                for cap in placement.caps
                if cap.node in feeders and (cap.outer is None or cap.outer.node not in feeders)
            ),
        )
        for needs, feeders in found
    )
