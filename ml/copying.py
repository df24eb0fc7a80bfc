"""Passages of one text that were taken from another, and terms repeated to pad a text.

Honest people use the words of their trade, and an advert uses them too; nobody writes ten content words in the order
of an advert by chance, nor a list of a dozen words that are all in it with no sentence around them. Such passages say
what the advert wants, not what the person did: they are left out where a pair is scored, and shown to the reviewer.
Letter case, punctuation, spacing and Korean particles play no part. Every step is linear in the length of the texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from ml.schema import Span
from ml.traces import (
    FOREIGN,
    LISTED,
    SHINGLE,
    SYLLABLE,
    Sources,
    Term,
    Traces,
    Unit,
    candidates,
    content_of,
    read_words,
    shingles_of,
    worths_of,
)

__all__ = ["Copied", "Reader", "Sources", "Traces", "blanked", "candidates", "copied", "copied_between", "repeated"]

Reader: TypeAlias = Callable[[str], tuple[list[Unit], list[Term]]]
"""What reads a text: `read_words`, or the same with a memory for as long as one text is compared with many."""

_RUN = 10.0  # shared content words near each other that make a passage: tools and a job title make eight
_GAP = 2.0  # words put between or changed that do not end a passage
_LONGEST_PERIOD = 16
_PADDED = 4.0  # words repeated in a row that make padding
_NOTHING_SAID = 10  # times


@dataclass(frozen=True, slots=True)
class Copied:
    """Spans of a record's texts as typed, in order, and the share of its content words in them, 0 to 1."""

    profile_spans: tuple[Span, ...]
    share: float


def copied(profile_texts: Sequence[str], post_texts: Sequence[str]) -> Copied:
    """Return the passages of the first texts that were taken from the second; either side may be the person's."""
    return copied_between(Traces.of(profile_texts), Traces.of(post_texts))


def copied_between(mine: Traces, theirs: Traces, read: Reader = read_words) -> Copied:
    """Return what `copied` returns, of texts already read."""
    shingles, pieces = frozenset(theirs.shingles.tolist()), frozenset(theirs.pieces.tolist())
    spans, contents = [], []
    for index, text in enumerate(mine.texts):
        units, terms = read(text)
        contents.append(content_of(units))
        found = [*_shared_runs(contents[-1], shingles), *_lists(terms, pieces)]
        spans += [Span(index, start, end) for start, end in _united(found)]
    return _result(contents, spans)


def repeated(texts: Sequence[str]) -> Copied:
    """Return what pads the texts of one record: terms repeated in a row, and long passages that stand there before."""
    spans, contents = [], []
    seen: set[int] = set()
    for index, text in enumerate(texts):
        units, _ = read_words(text)
        contents.append(content_of(units))
        found = [*_periods(units), *_passages_again(contents[-1], seen)]
        spans += [Span(index, start, end) for start, end in _united(found)]
    return _result(contents, spans)


def blanked(texts: Sequence[str], spans: Iterable[Span]) -> tuple[str, ...]:
    """Return the texts with spaces for the spans, so that every other character keeps its place."""
    kept = list(texts)
    for span in spans:
        text = kept[span.text_index]
        gap = "\n" + " " * (span.end - span.start - 1)
        kept[span.text_index] = text[: span.start] + gap + text[span.end :]
    return tuple(kept)


def _shared_runs(units: Sequence[Unit], known: frozenset[int]) -> Iterator[tuple[int, int]]:
    """Yield the passages in which enough places are shared, with little between them."""
    shared = _marked(len(units), ((first, last) for key, first, last in shingles_of(units, SHINGLE) if key in known))
    yield from _near_runs(units, shared)


def _passages_again(units: Sequence[Unit], seen: set[int]) -> Iterator[tuple[int, int]]:
    """Yield the passages that stand in the record before; remember those that do not."""
    again = []
    for key, first, last in shingles_of(units, _RUN):
        if key in seen:
            again.append((first, last))
        seen.add(key)
    yield from _near_runs(units, _marked(len(units), again))


def _marked(length: int, spans: Iterable[tuple[int, int]]) -> list[bool]:
    marks = [False] * length
    upto = 0
    for first, last in spans:  # by rising start: each place is set once
        begin = max(first, upto)
        marks[begin:last] = [True] * max(0, last - begin)
        upto = max(upto, last)
    return marks


def _near_runs(units: Sequence[Unit], shared: Sequence[bool]) -> Iterator[tuple[int, int]]:
    first = last = -1
    total = gap = 0.0
    for place, unit in enumerate(units):
        if not shared[place]:
            gap += unit.weight
            continue
        if first >= 0 and gap > _GAP + 1e-9:
            if total >= _RUN - 1e-9:
                yield units[first].start, units[last].end
            first, total = -1, 0.0
        if first < 0:
            first = place
        last, gap = place, 0.0
        total += unit.weight
    if first >= 0 and total >= _RUN - 1e-9:
        yield units[first].start, units[last].end


def _lists(terms: Sequence[Term], known: frozenset[int]) -> Iterator[tuple[int, int]]:
    """Yield the best stretches in which nearly every word is a term of the other text and no sentence is made."""
    total = best = 0.0
    first = last = -1
    for place, (term, worth) in enumerate(zip(terms, worths_of(terms), strict=True)):
        total += worth if term.kind != "term" or all(piece in known for piece in term.pieces) else FOREIGN
        if total <= 0 or total < best - LISTED:
            if best >= LISTED:
                yield terms[first].start, terms[last].end
            total = best = 0.0
            first = -1
            continue
        first = place if first < 0 else first
        if total > best:
            best, last = total, place
    if best >= LISTED:
        yield terms[first].start, terms[last].end


def _periods(units: Sequence[Unit]) -> Iterator[tuple[int, int]]:
    """Yield what repeats the word or the few words before it again and again.

    The first time is no repetition and counts, unless so many follow that nothing is said at all.
    """
    numbers: dict[str, int] = {}
    keys = np.array([numbers.setdefault(unit.key, len(numbers)) for unit in units], dtype=np.intp)
    for period in range(1, min(_LONGEST_PERIOD, len(units) - 1) + 1):
        same = np.concatenate([[False], keys[period:] == keys[:-period], [False]])
        edges = np.flatnonzero(same[1:] != same[:-1])
        for first, last in zip((edges[::2] + period).tolist(), (edges[1::2] + period).tolist(), strict=True):
            if last - first >= 2 * period and sum(unit.weight or SYLLABLE for unit in units[first:last]) >= _PADDED:
                begin = first - period if last - first >= _NOTHING_SAID * period else first
                yield units[begin].start, units[last - 1].end


def _united(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    united: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if united and start <= united[-1][1]:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        else:
            united.append((start, end))
    return united


def _result(contents: Sequence[Sequence[Unit]], spans: Sequence[Span]) -> Copied:
    total = sum(unit.weight for units in contents for unit in units)
    inside = 0.0
    for index, units in enumerate(contents):
        marks = _inside(units, [span for span in spans if span.text_index == index])
        inside += sum(unit.weight for unit, mark in zip(units, marks, strict=True) if mark)
    return Copied(tuple(spans), min(1.0, inside / total) if total else 0.0)


def _inside(units: Sequence[Unit], spans: Sequence[Span]) -> list[bool]:
    marks = []
    at = 0
    for unit in units:
        while at < len(spans) and spans[at].end <= unit.start:
            at += 1
        marks.append(at < len(spans) and spans[at].start <= unit.start)
    return marks
