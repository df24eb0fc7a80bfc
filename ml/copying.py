"""Passages of one text that were taken from another, and terms repeated to pad a text.

Honest people use the words of their trade, and an advert uses them too; nobody writes eight content words in the order
of an advert by chance, nor a list of a dozen words that are all in it with no sentence around them. Such passages say
what the advert wants, not what the person did: they are left out where a pair is scored, and shown to the reviewer.
Letter case, punctuation, spacing and Korean particles play no part. Every step is linear in the length of the texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal, NamedTuple, Self, TypeAlias

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ml.features import STOP_WORDS
from ml.schema import Span
from ml.text import ENDINGS, map_text

Sparse: TypeAlias = Any  # a scipy CSR matrix; scipy publishes no types
Floats: TypeAlias = NDArray[np.float64]

# All amounts are in content words; a syllable of Hangul is two fifths of one.
_SYLLABLE = 0.4
_SHINGLE = 3.0  # neighbours that must be equal for a place to count as shared
_RUN = 8.0  # shared words near each other that make a passage
_GAP = 2.0  # words put between or changed that do not end a passage

# A list of terms: every term of the other text adds, words that only sentences need and foreign words take away.
_LISTED = 10.0
_NEW_TERM, _REPEATED_TERM, _FUNCTION_WORD, _ENDING, _FOREIGN = 1.0, 0.0, -0.8, -0.5, -5.0

_LONGEST_PERIOD = 16
_PADDED = 4.0  # words repeated in a row that make padding
_PAIRS_A_BLOCK = 4_000_000

_LONGEST_ENDING = max(map(len, ENDINGS))
_WORD = re.compile(r"[가-힣]+|[^\W가-힣]+(?:&[^\W_가-힣]+)?[+#]{0,2}")
_Kind = Literal["term", "function", "number"]


class _Unit(NamedTuple):
    """A word, or a syllable of Hangul: what is compared, where it stands as typed, and how much it weighs."""

    key: str
    start: int
    end: int
    weight: float


class _Term(NamedTuple):
    """A word as a member of a list: `pieces` must all be in the other text; `cost` is what its ending takes away."""

    pieces: tuple[str, ...]
    start: int
    end: int
    kind: _Kind
    cost: float


@dataclass(frozen=True, slots=True)
class Copied:
    """Spans of a record's texts as typed, in order, and the share of its content words in them, 0 to 1."""

    profile_spans: tuple[Span, ...]
    share: float


@dataclass(frozen=True, slots=True)
class Traces:
    """What is compared of a record's texts; made once a record. `shingles` and `pieces` are what it lends to others."""

    units: tuple[tuple[_Unit, ...], ...]
    terms: tuple[tuple[_Term, ...], ...]
    shingles: frozenset[str]
    pieces: frozenset[str]

    @classmethod
    def of(cls, texts: Sequence[str]) -> Self:
        """Read the texts of one record."""
        read = [_read(text) for text in texts]
        units = tuple(tuple(units) for units, _ in read)
        terms = tuple(tuple(terms) for _, terms in read)
        return cls(
            units,
            terms,
            frozenset(key for part in units for key, _, _ in _shingles(_content(part), _SHINGLE)),
            frozenset(piece for part in terms for term in part for piece in term.pieces),
        )


def copied(profile_texts: Sequence[str], post_texts: Sequence[str]) -> Copied:
    """Return the passages of the first texts that were taken from the second; either side may be the person's."""
    return copied_between(Traces.of(profile_texts), Traces.of(post_texts))


def copied_between(mine: Traces, theirs: Traces) -> Copied:
    """Return what `copied` returns, of texts already read."""
    spans = []
    for index, (units, terms) in enumerate(zip(mine.units, mine.terms, strict=True)):
        found = [*_shared_runs(_content(units), theirs.shingles), *_lists(terms, theirs.pieces)]
        spans += [Span(index, start, end) for start, end in _united(found)]
    return _result(mine, spans)


def repeated(texts: Sequence[str]) -> Copied:
    """Return what pads the texts of one record: terms repeated in a row, and long passages that stand there before."""
    traces = Traces.of(texts)
    spans = []
    seen: set[str] = set()
    for index, units in enumerate(traces.units):
        found = [*_periods(units), *_passages_again(_content(units), seen)]
        spans += [Span(index, start, end) for start, end in _united(found)]
    return _result(traces, spans)


def blanked(texts: Sequence[str], spans: Iterable[Span]) -> tuple[str, ...]:
    """Return the texts with spaces for the spans, so that every other character keeps its place."""
    kept = list(texts)
    for span in spans:
        text = kept[span.text_index]
        gap = "\n" + " " * (span.end - span.start - 1)
        kept[span.text_index] = text[: span.start] + gap + text[span.end :]
    return tuple(kept)


def candidates(profiles: Sequence[Traces], posts: Sequence[Traces]) -> list[tuple[int, int]]:
    """Return the places (profile, post) of all pairs in which `copied_between` may find something, in order."""
    pairs: set[tuple[int, int]] = set()
    step = max(1, _PAIRS_A_BLOCK // max(1, len(profiles)))
    for start in range(0, len(posts), step):
        block = posts[start : start + step]
        for row, column in [*_sharing_runs(profiles, block), *_sharing_lists(profiles, block)]:
            pairs.add((row, start + column))
    return sorted(pairs)


def _read(text: str) -> tuple[list[_Unit], list[_Term]]:
    mapped = map_text(text)
    units: list[_Unit] = []
    terms: list[_Term] = []
    for match in _WORD.finditer(mapped.text):
        word, first, last = match[0], match.start(), match.end()
        start, end = mapped.original_span(first, last)
        if "가" <= word[0] <= "힣":
            stem = _stem_length(word)
            for place, syllable in enumerate(word, first):
                weight = _SYLLABLE if place < first + stem and word not in STOP_WORDS else 0.0
                units.append(_Unit(syllable, *mapped.original_span(place, place + 1), weight))
            terms.append(_korean_term(word, stem, start, end))
        else:
            key = _singular(word)
            kind = _latin_kind(word)
            units.append(_Unit(key, start, end, 1.0 if kind == "term" else 0.0))
            terms.append(_Term((key,), start, end, kind, 0.0))
    return units, terms


def _stem_length(word: str) -> int:
    """Return how many syllables are left without the longest particle or verb ending, two at the least."""
    longest = min(_LONGEST_ENDING, len(word) - 2)
    return next((len(word) - length for length in range(longest, 0, -1) if word[-length:] in ENDINGS), len(word))


def _korean_term(word: str, stem: int, start: int, end: int) -> _Term:
    """Take a word by its pairs of syllables, so that a compound written apart or together is the same."""
    if stem < 2 or word in STOP_WORDS:
        return _Term((), start, end, "function", 0.0)
    pieces = tuple(word[place : place + 2] for place in range(stem - 1))
    return _Term(pieces, start, end, "term", _ENDING if stem < len(word) else 0.0)


def _latin_kind(word: str) -> _Kind:
    if word.isdigit():
        return "number"
    return "function" if word in STOP_WORDS or len(word) == 1 else "term"


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word[-1] == "s" and word[-2] != "s" else word


def _content(units: Iterable[_Unit]) -> list[_Unit]:
    return [unit for unit in units if unit.weight > 0]


def _shingles(units: Sequence[_Unit], weight: float) -> Iterator[tuple[str, int, int]]:
    """Yield every shortest run of neighbours that weighs enough, with its first place and the place after its last."""
    last, total = 0, 0.0
    for first, unit in enumerate(units):
        while last < len(units) and total < weight - 1e-9:
            total += units[last].weight
            last += 1
        if total < weight - 1e-9:
            return
        yield " ".join(item.key for item in units[first:last]), first, last
        total -= unit.weight


def _shared_runs(units: Sequence[_Unit], known: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Yield the passages in which enough places are shared, with little between them."""
    shared = _marked(len(units), ((first, last) for key, first, last in _shingles(units, _SHINGLE) if key in known))
    yield from _near_runs(units, shared)


def _passages_again(units: Sequence[_Unit], seen: set[str]) -> Iterator[tuple[int, int]]:
    """Yield the passages that stand in the record before; remember those that do not."""
    again = []
    for key, first, last in _shingles(units, _RUN):
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


def _near_runs(units: Sequence[_Unit], shared: Sequence[bool]) -> Iterator[tuple[int, int]]:
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


def _lists(terms: Sequence[_Term], known: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Yield the best stretches in which nearly every word is a term of the other text and no sentence is made."""
    total = best = 0.0
    first = last = -1
    for place, (term, worth) in enumerate(zip(terms, _worths(terms), strict=True)):
        total += worth if term.kind != "term" or all(piece in known for piece in term.pieces) else _FOREIGN
        if total <= 0 or total < best - _LISTED:
            if best >= _LISTED:
                yield terms[first].start, terms[last].end
            total = best = 0.0
            first = -1
            continue
        first = place if first < 0 else first
        if total > best:
            best, last = total, place
    if best >= _LISTED:
        yield terms[first].start, terms[last].end


def _worths(terms: Sequence[_Term]) -> list[float]:
    """Return what each word adds to a list if it is known; a term counts where it is first named."""
    seen: set[tuple[str, ...]] = set()
    worths = []
    for term in terms:
        if term.kind != "term":
            worths.append(_FUNCTION_WORD if term.kind == "function" else 0.0)
            continue
        worths.append(_REPEATED_TERM if term.pieces in seen else _NEW_TERM + term.cost)
        seen.add(term.pieces)
    return worths


def _periods(units: Sequence[_Unit]) -> Iterator[tuple[int, int]]:
    """Yield what repeats the word or the few words before it again and again; the first time is no repetition."""
    numbers: dict[str, int] = {}
    keys = np.array([numbers.setdefault(unit.key, len(numbers)) for unit in units], dtype=np.intp)
    for period in range(1, min(_LONGEST_PERIOD, len(units) - 1) + 1):
        place = period
        for same, group in groupby((keys[period:] == keys[:-period]).tolist()):
            length = len(list(group))
            run = units[place : place + length]
            if same and length >= 2 * period and sum(unit.weight or _SYLLABLE for unit in run) >= _PADDED:
                yield run[0].start, run[-1].end
            place += length


def _united(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    united: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if united and start <= united[-1][1]:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        else:
            united.append((start, end))
    return united


def _result(traces: Traces, spans: Sequence[Span]) -> Copied:
    total = sum(unit.weight for units in traces.units for unit in units)
    inside = 0.0
    for index, units in enumerate(traces.units):
        mine = [span for span in spans if span.text_index == index]
        marks = _inside(units, mine)
        inside += sum(unit.weight for unit, mark in zip(units, marks, strict=True) if mark)
    return Copied(tuple(spans), min(1.0, inside / total) if total else 0.0)


def _inside(units: Sequence[_Unit], spans: Sequence[Span]) -> list[bool]:
    marks = []
    at = 0
    for unit in units:
        while at < len(spans) and spans[at].end <= unit.start:
            at += 1
        marks.append(at < len(spans) and spans[at].start <= unit.start)
    return marks


def _sharing_runs(profiles: Sequence[Traces], posts: Sequence[Traces]) -> Iterator[tuple[int, int]]:
    """Yield the pairs with two shingles in common: a passage has at least that many."""
    mine, theirs = _indicators([item.shingles for item in profiles], [item.shingles for item in posts])
    common = (mine @ theirs.T).tocoo()
    for row, column, count in zip(common.row.tolist(), common.col.tolist(), common.data.tolist(), strict=True):
        if count >= 2:
            yield row, column


def _sharing_lists(profiles: Sequence[Traces], posts: Sequence[Traces]) -> Iterator[tuple[int, int]]:
    """Yield the pairs with a list, all posts at once for one profile."""
    numbers: dict[str, int] = {}
    for post in posts:
        for piece in sorted(post.pieces):
            numbers.setdefault(piece, len(numbers))
    known = np.zeros((len(numbers) + 1, len(posts)), dtype=np.bool_)
    for column, post in enumerate(posts):
        known[[numbers[piece] for piece in post.pieces], column] = True
    for row, profile in enumerate(profiles):
        for terms in profile.terms:
            for column in np.flatnonzero(_most_listed(terms, numbers, known) >= _LISTED).tolist():
                yield row, column


def _most_listed(terms: Sequence[_Term], numbers: dict[str, int], known: NDArray[np.bool_]) -> Floats:
    """Return for each post the most that a stretch of the terms adds up to."""
    total, best = np.zeros(known.shape[1]), np.zeros(known.shape[1])
    worths = _worths(terms)
    if sum(worth for worth in worths if worth > 0) < _LISTED:
        return best
    for term, worth in zip(terms, worths, strict=True):
        if term.kind != "term":
            total += worth
        else:
            has = known[[numbers.get(piece, -1) for piece in term.pieces]].all(axis=0)
            total += np.where(has, worth, _FOREIGN)
        np.maximum(total, 0.0, out=total)
        np.maximum(best, total, out=best)
    return best


def _indicators(mine: Sequence[frozenset[str]], theirs: Sequence[frozenset[str]]) -> tuple[Sparse, Sparse]:
    common = set().union(*mine) & set().union(*theirs)
    numbers = {key: number for number, key in enumerate(sorted(common))}
    return _indicator(mine, numbers), _indicator(theirs, numbers)


def _indicator(sets: Sequence[frozenset[str]], numbers: dict[str, int]) -> Sparse:
    places = [[numbers[key] for key in item if key in numbers] for item in sets]
    ends = np.cumsum([0, *map(len, places)])
    columns = np.array([place for row in places for place in row], dtype=np.int32)
    return sp.csr_matrix((np.ones(len(columns), np.int32), columns, ends), shape=(len(sets), max(1, len(numbers))))
