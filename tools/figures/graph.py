"""Cycles and floors of a graph of imports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

Graph = Mapping[str, Iterable[str]]


def knots(graph: Graph) -> list[list[str]]:
    """Return each group of nodes that all reach each other, if it has more than one."""
    return sorted(sorted(group) for group in components(graph) if len(group) > 1)


def floors(graph: Graph) -> int:
    """Return the number of nodes of the longest way down, where a knot is one node."""
    groups = components(graph)
    of = {node: at for at, group in enumerate(groups) for node in group}
    heights: list[int] = []
    for at, group in enumerate(groups):  # what a group leads to stands before it
        below = {of[to] for node in group for to in graph.get(node, ()) if of[to] != at}
        heights.append(1 + max((heights[one] for one in below), default=0))
    return max(heights, default=0)


def components(graph: Graph) -> list[set[str]]:
    """Return the strongly connected components, each after those it leads to (Tarjan, 1972)."""
    return _Search(graph).run()


class _Search:
    def __init__(self, graph: Graph) -> None:
        self._graph = {node: sorted(to) for node, to in graph.items()}
        for targets in list(self._graph.values()):
            for target in targets:
                self._graph.setdefault(target, [])
        self._index: dict[str, int] = {}
        self._low: dict[str, int] = {}
        self._open: list[str] = []
        self._found: list[set[str]] = []

    def run(self) -> list[set[str]]:
        for node in sorted(self._graph):
            if node not in self._index:
                self._from(node)
        return self._found

    def _from(self, root: str) -> None:
        """Walk depth first with a stack of its own: chains of modules may be long."""
        way = [(root, iter(self._graph[root]))]
        self._enter(root)
        while way:
            node, rest = way[-1]
            for target in rest:
                if target not in self._index:
                    self._enter(target)
                    way.append((target, iter(self._graph[target])))
                    break
                if target in self._open:
                    self._low[node] = min(self._low[node], self._index[target])
            else:
                way.pop()
                if way:
                    above = way[-1][0]
                    self._low[above] = min(self._low[above], self._low[node])
                self._close(node)

    def _enter(self, node: str) -> None:
        self._index[node] = self._low[node] = len(self._index)
        self._open.append(node)

    def _close(self, node: str) -> None:
        if self._low[node] == self._index[node]:
            at = self._open.index(node)
            self._found.append(set(self._open[at:]))
            del self._open[at:]
