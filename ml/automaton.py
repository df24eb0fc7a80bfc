"""Aho-Corasick: find every one of many patterns in one pass over a text, in time linear in its length."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence


class PatternAutomaton:
    """Finds all occurrences of a fixed set of patterns, overlapping ones included."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._lengths = [len(pattern) for pattern in patterns]
        self._next: list[dict[str, int]] = [{}]
        self._found: list[tuple[int, ...]] = [()]
        for number, pattern in enumerate(patterns):
            if pattern:
                self._insert(number, pattern)
        self._fallback = [0] * len(self._next)
        self._link()

    def _insert(self, number: int, pattern: str) -> None:
        node = 0
        for char in pattern:
            child = self._next[node].get(char)
            if child is None:
                child = len(self._next)
                self._next.append({})
                self._found.append(())
                self._next[node][char] = child
            node = child
        self._found[node] += (number,)

    def _link(self) -> None:
        """Give each node the node of its longest proper suffix, breadth first, and that node's finds."""
        queue = deque(self._next[0].values())
        while queue:
            node = queue.popleft()
            for char, child in self._next[node].items():
                queue.append(child)
                back = self._fallback[node]
                while back and char not in self._next[back]:
                    back = self._fallback[back]
                self._fallback[child] = self._next[back].get(char, 0)
                self._found[child] += self._found[self._fallback[child]]

    def finditer(self, text: str) -> Iterator[tuple[int, int, int]]:
        """Yield (start, end, number of the pattern) for each occurrence, by rising end."""
        node = 0
        steps, fallback, found = self._next, self._fallback, self._found
        for position, char in enumerate(text, 1):
            while node and char not in steps[node]:
                node = fallback[node]
            node = steps[node].get(char, 0)
            for number in found[node]:
                yield position - self._lengths[number], position, number
