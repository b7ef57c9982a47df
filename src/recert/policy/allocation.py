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

from collections.abc import Mapping, Sequence

import msgspec

from recert.policy.flow import SINK, SOURCE, UNLIMITED, Network
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


class _Offer(msgspec.Struct, eq=False):
    """Points of one activity that share the same ways to go.

    `limits`: the most that each area may take of them, where that is less than all.
    """

    place: int
    amount: int
    areas: Sequence[str]
    cap: CapUse | None
    limits: dict[str, int] | None = None


class Placement(msgspec.Struct, eq=False):
    """Where points count in one way of allocating. All in hundredths.

    `counted`: by activity (in their order), the points by area. `in_need`: by requirement, the
    points in its areas, also beyond what it asks. `caps`: all caps on what was brought.
    """

    terms: Terms
    counted: list[dict[str, int]]
    in_need: list[int]
    caps: list[CapUse]
    total: int = 0
    shortages: tuple[Shortage, ...] = ()

    def lack(self, need: int) -> int:
        """Answer what a requirement still lacks."""
        return self.terms.needs[need].points - self.in_need[need]

    def _count(self, offer: _Offer, area: str, most: int) -> int:
        """Count up to `most` points of an offer in an area, and answer how many it took."""
        counts = self.counted[offer.place]
        already = counts.get(area, 0)
        if offer.limits is not None:
            most = min(most, offer.limits[area] - already)
        if most <= 0:
            return 0
        counts[area] = already + most
        self.total += most
        need = self.terms.need_of.get(area)
        if need is not None:
            self.in_need[need] += most
        return most

    def count_in_need(self, offer: _Offer, need: int, most: int) -> int:
        """Count up to `most` points of an offer in the areas of a requirement."""
        left = most
        for area in offer.areas:
            if left and self.terms.need_of.get(area) == need:
                left -= self._count(offer, area, left)
        return most - left

    def count_anywhere(self, offer: _Offer, most: int) -> int:
        """Count up to `most` points of an offer toward the total.

        In areas that no requirement names, where there are any: the others may be of use still.
        """
        left = most
        for area in sorted(offer.areas, key=self.terms.need_of.__contains__):
            left -= self._count(offer, area, left)
        return most - left


class _Class(msgspec.Struct, eq=False):
    """Contested offers with the same ways to go, as one node of the network."""

    offers: list[_Offer]
    cap: CapUse | None
    ways: dict[int, int]  # the most that may go to each need (its place in `Terms.needs`)
    amount: int = 0
    edges: dict[int, int] = {}  # the edge of the network to each need


def place_points(
    terms: Terms, entries: Sequence[Entry], *, free: bool, further: Mapping[str, int] | None = None
) -> Placement:
    """Place points so that they serve best: as claimed, or with every activity free to move.

    `further` are points by area that no entry brings: what would be if they were earned.
    """
    caps = _caps_on(entries, free=free)
    placement = Placement(terms, [{} for _ in entries], [0] * len(terms.needs), list(caps.values()))
    for area, points in (further or {}).items():
        placement.total += points
        if area in terms.need_of:
            placement.in_need[terms.need_of[area]] += points
    waiting = _place_fixed(entries, caps, placement, free=free)
    contested = _place_forced(waiting, placement)
    _place_contested(contested, placement)
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


def _place_fixed(
    entries: Sequence[Entry],
    caps: dict[tuple[CapTerm, int | None], CapUse],
    placement: Placement,
    *,
    free: bool,
) -> list[_Offer]:
    """Place what has one area to go to and no cap in its way; answer the rest."""
    need_of, in_need, counted = placement.terms.need_of, placement.in_need, placement.counted
    waiting = []
    for place, entry in enumerate(entries):
        worth = entry.worth
        if not worth:
            continue
        cap = _binding_cap(entry, caps) if entry.terms.caps else None
        portions = entry.portions
        if free or portions is None:
            areas = entry.free
            if cap is not None or len(areas) > 1:
                waiting.append(_Offer(place, worth, areas, cap))
                continue
            portions = dict.fromkeys(areas, worth)
        elif sum(portions.values()) > worth:  # ACT-7: as serves best, up to its worth
            waiting.append(_Offer(place, worth, tuple(portions), cap, portions))
            continue
        elif cap is not None:
            waiting += [_Offer(place, points, (area,), cap) for area, points in portions.items()]
            continue
        counted[place] = dict(portions)
        for area, points in portions.items():
            placement.total += points
            need = need_of.get(area)
            if need is not None:
                in_need[need] += points
    return waiting


def _binding_cap(entry: Entry, caps: dict[tuple[CapTerm, int | None], CapUse]) -> CapUse | None:
    """Answer the innermost cap on an entry, if it or one around it binds."""
    inner = entry.terms.caps[0]
    cap: CapUse | None = caps[inner, entry.year if inner.per_year else None]
    outer = cap
    while outer is not None:
        if outer.binds:
            return cap
        outer = outer.outer
    return None


def _place_forced(waiting: list[_Offer], placement: Placement) -> list[_Offer]:
    """Place what can serve at most one requirement that still lacks points; answer the rest.

    Such points serve it first: no other use of them is better. When that fills a requirement,
    the rest have one way less to go, so it is tried again until nothing more is forced.
    """
    need_of = placement.terms.need_of
    lacking = {place for place in set(need_of.values()) if placement.lack(place) > 0}
    while True:
        still = []
        for offer in waiting:
            if offer.cap is not None:
                still.append(offer)
                continue
            ways = lacking.intersection(map(need_of.get, offer.areas)) if lacking else lacking
            if len(ways) > 1:
                still.append(offer)
                continue
            left = offer.amount
            for need in ways:
                left -= placement.count_in_need(offer, need, min(left, placement.lack(need)))
                if placement.lack(need) <= 0:
                    lacking.discard(need)
            placement.count_anywhere(offer, left)
        if len(still) == len(waiting):
            return still
        waiting = still


def _place_contested(contested: list[_Offer], placement: Placement) -> None:
    """Place the rest by a maximum flow, then fill up the total, and explain what is lacking."""
    needs = range(len(placement.terms.needs))
    lacking = {need: lack for need in needs if (lack := placement.lack(need)) > 0}
    classes, useless = _merge(placement.terms, contested, lacking)
    network, need_nodes = Network(), dict[int, int]()
    if classes:
        _draw(network, classes, lacking, need_nodes)
        network.fill()
        for one in classes:
            if one.cap is not None:
                one.cap.use(sum(map(network.flow, one.edges.values())))
        for one in classes:
            _hand_out(one, network, placement)
    for offer in useless:
        _count_under_cap(offer, placement)
    if lacking:
        placement.shortages = _shortages(placement, network, need_nodes)


def _merge(
    terms: Terms, contested: list[_Offer], lacking: dict[int, int]
) -> tuple[list[_Class], list[_Offer]]:
    """Merge offers under the same cap that could serve the same needs; answer the others too."""
    merged: dict[object, _Class] = {}
    useless = []
    for offer in contested:
        ways: dict[int, int] = {}
        for area in offer.areas:
            need = terms.need_of.get(area)
            if need in lacking:
                most = UNLIMITED if offer.limits is None else offer.limits[area]
                ways[need] = ways.get(need, 0) + most
        if not ways:
            useless.append(offer)
            continue
        # An offer with limits of its own stays by itself.
        key = (offer.cap, frozenset(ways)) if offer.limits is None else offer
        one = merged.get(key)
        if one is None:
            one = merged[key] = _Class([], offer.cap, ways, 0, {})
        one.offers.append(offer)
        one.amount += offer.amount
    return list(merged.values()), useless


def _draw(
    network: Network, classes: list[_Class], lacking: dict[int, int], need_nodes: dict[int, int]
) -> None:
    """Draw source -> outer caps -> inner caps -> classes -> needs -> sink."""
    for need, points in lacking.items():
        need_nodes[need] = network.node()
        network.edge(need_nodes[need], SINK, points)

    def node_of(cap: CapUse | None) -> int:
        if cap is None:
            return SOURCE
        if cap.node < 0:
            start = node_of(cap.outer)
            cap.node = network.node()
            network.edge(start, cap.node, cap.term.limit - cap.used)
        return cap.node

    for one in classes:
        node = network.node()
        network.edge(node_of(one.cap), node, one.amount)
        for need, most in one.ways.items():
            one.edges[need] = network.edge(node, need_nodes[need], most)


def _hand_out(one: _Class, network: Network, placement: Placement) -> None:
    """Give what flowed through a class, and what more may count, to its activities in order."""
    flows = {need: flow for need, edge in one.edges.items() if (flow := network.flow(edge))}
    more = one.amount - sum(flows.values())
    if one.cap is not None:
        more = min(more, one.cap.room)
        one.cap.use(more)
    for offer in one.offers:
        left = offer.amount
        for need, flow in flows.items():
            if left and flow:
                counted = placement.count_in_need(offer, need, min(left, flow))
                flows[need] -= counted
                left -= counted
        if left and more:
            more -= placement.count_anywhere(offer, min(left, more))


def _count_under_cap(offer: _Offer, placement: Placement) -> None:
    """Count an offer that serves no requirement, as far as the caps leave room."""
    cap = offer.cap
    if cap is not None and (room := cap.room):
        cap.use(placement.count_anywhere(offer, min(offer.amount, room)))


def _shortages(
    placement: Placement, network: Network, need_nodes: dict[int, int]
) -> tuple[Shortage, ...]:
    """Say which needs lack points together, and which caps hold back points that could help.

    Needs that compete for the same points fall short together: one cut of the network.
    """
    need_at = {node: need for need, node in need_nodes.items()}
    all_needs = range(len(placement.terms.needs))
    lacks = {need: lack for need in all_needs if (lack := placement.lack(need)) > 0}
    found: list[tuple[set[int], set[int]]] = []  # needs, and all their feeders
    for need in lacks:
        feeders = network.feeders(need_nodes[need]) if need in need_nodes else set[int]()
        needs = {need} | {need_at[node] for node in feeders if node in need_at}
        for other in [other for other in found if other[0] & needs]:
            found.remove(other)
            needs |= other[0]
            feeders |= other[1]
        found.append((needs, feeders))
    return tuple(
        Shortage(
            needs=tuple(sorted(needs)),
            points=sum(lacks.get(need, 0) for need in needs),
            caps=tuple(
                cap
                for cap in placement.caps
                if cap.node in feeders and (cap.outer is None or cap.outer.node not in feeders)
            ),
        )
        for needs, feeders in found
    )
