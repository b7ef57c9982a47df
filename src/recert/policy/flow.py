"""A maximum flow through a small network, with what its residual graph can tell.

The textbook method of augmenting paths. Our networks have a few dozen nodes, because activities
that may go the same ways are merged before (`allocation`), so the plain method is also fast.
"""

from __future__ import annotations

UNLIMITED = 1 << 60
SOURCE, SINK = 0, 1
"""The nodes that every network has."""


class Network:
    """A directed graph with capacities. Nodes and edges are numbers; edges come in pairs.

    Edge `e` leads to `target[e]` and has `room[e]` left; edge `e ^ 1` is its reverse, whose room
    is what flows through `e`. `leaving[n]` are the edges out of node `n`, reverse ones too.
    """

    __slots__ = ("leaving", "room", "target")

    def __init__(self) -> None:
        """Start with source and sink alone."""
        self.leaving: list[list[int]] = [[], []]
        self.target: list[int] = []
        self.room: list[int] = []

    def node(self) -> int:
        """Add a node."""
        self.leaving.append([])
        return len(self.leaving) - 1

    def edge(self, start: int, end: int, room: int) -> int:
        """Add an edge with so much room, and answer its number."""
        number = len(self.target)
        self.target += (end, start)
        self.room += (room, 0)
        self.leaving[start].append(number)
        self.leaving[end].append(number + 1)
        return number

    def flow(self, edge: int) -> int:
        """Answer how much flows through an edge."""
        return self.room[edge ^ 1]

    def fill(self) -> None:
        """Send as much as possible from the source to the sink."""
        while self._augment(SOURCE, UNLIMITED, set()):
            pass

    def _augment(self, node: int, amount: int, seen: set[int]) -> int:
        """Send up to `amount` from a node to the sink along one path, and answer how much went."""
        if node == SINK:
            return amount
        seen.add(node)
        room, target = self.room, self.target
        for edge in self.leaving[node]:
            left = room[edge]
            if left and target[edge] not in seen:
                sent = self._augment(target[edge], min(amount, left), seen)
                if sent:
                    room[edge] -= sent
                    room[edge ^ 1] += sent
                    return sent
        return 0

    def feeders(self, node: int) -> set[int]:
        """Answer the nodes from which more could flow to `node`, were there more to send.

        After `fill`, the feeders of a node that did not get enough are one side of a minimum
        cut: everything that could help it is used up among themselves.
        """
        found, waiting = {node}, [node]
        while waiting:
            for edge in self.leaving[waiting.pop()]:
                other = self.target[edge]
                if self.room[edge ^ 1] and other not in found and other != SINK:
                    found.add(other)
                    waiting.append(other)
        return found
