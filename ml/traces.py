"""What is compared of a text to tell whether passages were taken from another: neighbours, words, and their places.

All amounts are in content words; a syllable of Hangul is two fifths of one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Self, TypeAlias

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ml.features import STOP_WORDS
from ml.text import ENDINGS, map_text

Sparse: TypeAlias = Any  # a scipy CSR matrix; scipy publishes no types
Floats: TypeAlias = NDArray[np.float64]
Hashes: TypeAlias = NDArray[np.int64]
Kind: TypeAlias = Literal["term", "function", "number"]

SYLLABLE = 0.4
SHINGLE = 3.0  # neighbours that must be equal for a place to count as shared

# A list of terms: every term of the other text adds, words that only sentences need and foreign words take away.
LISTED = 10.0
FOREIGN = -5.0
_NEW_TERM, _REPEATED_TERM, _FUNCTION_WORD, _ENDING = 1.0, 0.0, -0.8, -0.5
_TEXT_END = -1e9

_PAIRS_A_BLOCK = 4_000_000
_LONGEST_ENDING = max(map(len, ENDINGS))
_WORD = re.compile(r"[가-힣]+|[^\W가-힣]+(?:&[^\W_가-힣]+)?[+#]{0,2}")


class Unit(NamedTuple):
    """A word, or a syllable of Hangul: what is compared, where it stands as typed, and how much it weighs."""

    key: str
    start: int
    end: int
    weight: float


class Term(NamedTuple):
    """A word as a member of a list: `pieces` must all be in the other text; `cost` is what its ending takes away."""

    pieces: tuple[int, ...]
    start: int
    end: int
    kind: Kind
    cost: float


@dataclass(frozen=True, slots=True, eq=False)
class Traces:
    """What is compared of a record's texts; made once a record, and small beside its texts.

    `shingles` and `pieces` are hashes of neighbours and of words. The steps are the words of all texts in order: where
    the pieces of each begin, and what it adds to a list; one that is no member of a list has no pieces.
    """

    texts: tuple[str, ...]
    shingles: Hashes
    pieces: Hashes
    step_starts: Hashes
    step_pieces: Hashes
    step_worths: Floats

    @classmethod
    def of(cls, texts: Sequence[str], named: Sequence[str] = ()) -> Self:
        """Read the texts of one record; `named` are further names it lends to lists, such as those of its skills."""
        shingles: set[int] = set()
        pieces = {piece for name in named for term in read_words(name)[1] for piece in term.pieces}
        starts: list[int] = [0]
        step_pieces: list[int] = []
        worths: list[float] = []
        for text in texts:
            units, terms = read_words(text)
            shingles.update(key for key, _, _ in shingles_of(content_of(units), SHINGLE))
            for term, worth in zip(terms, worths_of(terms), strict=True):
                step_pieces += term.pieces if term.kind == "term" else ()
                starts.append(len(step_pieces))
                worths.append(worth)
                pieces.update(term.pieces)
            starts.append(len(step_pieces))
            worths.append(_TEXT_END)
        return cls(
            tuple(texts),
            _hashes(shingles),
            _hashes(pieces),
            np.array(starts, dtype=np.int64),
            np.array(step_pieces, dtype=np.int64),
            np.array(worths),
        )


def candidates(profiles: Sequence[Traces], posts: Sequence[Traces]) -> list[tuple[int, int]]:
    """Return the places (profile, post) of all pairs in which `copied_between` may find something, in order."""
    pairs: list[tuple[int, int]] = []
    step = max(1, _PAIRS_A_BLOCK // max(1, len(profiles)))
    for start in range(0, len(posts), step):
        sources = Sources(posts[start : start + step])
        pairs += [(row, start + column) for row, column in sources.candidates(profiles)]
    return sorted(pairs)


class Sources:
    """Texts from which something may have been taken, made ready for many questions."""

    def __init__(self, posts: Sequence[Traces]) -> None:
        self._count = len(posts)
        self.shingles_of, by_shingle = _inverted([post.shingles for post in posts])
        self._pieces, by_piece = _inverted([post.pieces for post in posts])
        self._of_shingle = by_shingle
        self._piece_starts, self._piece_posts = by_piece.indptr, by_piece.indices

    def candidates(self, profiles: Sequence[Traces]) -> list[tuple[int, int]]:
        """Return the places (profile, source) of all pairs in which something may have been taken, in order."""
        if not profiles or not self._count:
            return []
        pairs = set(self._sharing_runs(profiles))
        for row, profile in enumerate(profiles):
            pairs.update((row, column) for column in np.flatnonzero(self._listed(profile) >= LISTED).tolist())
        return sorted(pairs)

    def _sharing_runs(self, profiles: Sequence[Traces]) -> Iterator[tuple[int, int]]:
        """Yield the pairs with two shingles in common: a passage has at least that many."""
        places = [_places(self.shingles_of, profile.shingles) for profile in profiles]
        found = [place[place >= 0] for place in places]
        ends = np.cumsum([0, *map(len, found)])
        shape = len(profiles), len(self.shingles_of)
        mine = sp.csr_matrix((np.ones(ends[-1], np.int32), np.concatenate(found), ends), shape=shape)
        common = (mine @ self._of_shingle).tocoo()
        for row, column, count in zip(common.row.tolist(), common.col.tolist(), common.data.tolist(), strict=True):
            if count >= 2:
                yield row, column

    def _listed(self, profile: Traces) -> Floats:
        """Return for each source the most that a stretch of the profile's words adds up to, as a list of its terms."""
        total, best = np.zeros(self._count), np.zeros(self._count)
        if profile.step_worths[profile.step_worths > 0].sum() < LISTED:
            return best
        places = _places(self._pieces, profile.step_pieces).tolist()
        starts = profile.step_starts.tolist()
        for step, worth in enumerate(profile.step_worths.tolist()):
            mine = places[starts[step] : starts[step + 1]]
            if mine:
                has = self._having(mine)
                total += FOREIGN
                total[has] += worth - FOREIGN
            else:
                total += worth
            np.maximum(total, 0.0, out=total)
            np.maximum(best, total, out=best)
        return best

    def _having(self, places: Sequence[int]) -> Hashes:
        """Return the sources that have all of the pieces at these places; -1 is a piece that none has."""
        if min(places) < 0:
            return np.zeros(0, dtype=np.int64)
        having: Hashes | None = None
        for place in places:
            posts = self._piece_posts[self._piece_starts[place] : self._piece_starts[place + 1]]
            having = posts if having is None else np.intersect1d(having, posts, assume_unique=True)
        return np.zeros(0, dtype=np.int64) if having is None else having


def read_words(text: str) -> tuple[list[Unit], list[Term]]:
    mapped = map_text(text)
    units: list[Unit] = []
    terms: list[Term] = []
    for match in _WORD.finditer(mapped.text):
        word, first, last = match[0], match.start(), match.end()
        start, end = mapped.original_span(first, last)
        if "가" <= word[0] <= "힣":
            stem = _stem_length(word)
            for place, syllable in enumerate(word, first):
                weight = SYLLABLE if place < first + stem and word not in STOP_WORDS else 0.0
                units.append(Unit(syllable, *mapped.original_span(place, place + 1), weight))
            terms.append(_korean_term(word, stem, start, end))
        else:
            key = _singular(word)
            kind = _latin_kind(word)
            units.append(Unit(key, start, end, 1.0 if kind == "term" else 0.0))
            terms.append(Term((hash(key),) if kind == "term" else (), start, end, kind, 0.0))
    return units, terms


def _stem_length(word: str) -> int:
    """Return how many syllables are left without the longest particle or verb ending, two at the least."""
    longest = min(_LONGEST_ENDING, len(word) - 2)
    return next((len(word) - length for length in range(longest, 0, -1) if word[-length:] in ENDINGS), len(word))


def _korean_term(word: str, stem: int, start: int, end: int) -> Term:
    """Take a word by its pairs of syllables, so that a compound written apart or together is the same."""
    if stem < 2 or word in STOP_WORDS:
        return Term((), start, end, "function", 0.0)
    pieces = tuple(hash(word[place : place + 2]) for place in range(stem - 1))
    return Term(pieces, start, end, "term", _ENDING if stem < len(word) else 0.0)


def _latin_kind(word: str) -> Kind:
    if word.isdigit():
        return "number"
    return "function" if word in STOP_WORDS or len(word) == 1 else "term"


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word[-1] == "s" and word[-2] != "s" else word


def content_of(units: Iterable[Unit]) -> list[Unit]:
    return [unit for unit in units if unit.weight > 0]


def shingles_of(units: Sequence[Unit], weight: float) -> Iterator[tuple[int, int, int]]:
    """Yield the hash of every shortest run of neighbours that weighs enough, its first place and the one after."""
    last, total = 0, 0.0
    for first, unit in enumerate(units):
        while last < len(units) and total < weight - 1e-9:
            total += units[last].weight
            last += 1
        if total < weight - 1e-9:
            return
        yield hash(" ".join(item.key for item in units[first:last])), first, last
        total -= unit.weight


def worths_of(terms: Sequence[Term]) -> list[float]:
    """Return what each word adds to a list if it is known; a term counts where it is first named."""
    seen: set[tuple[int, ...]] = set()
    worths = []
    for term in terms:
        if term.kind != "term":
            worths.append(_FUNCTION_WORD if term.kind == "function" else 0.0)
            continue
        worths.append(_REPEATED_TERM if term.pieces in seen else _NEW_TERM + term.cost)
        seen.add(term.pieces)
    return worths


def _hashes(values: Iterable[int]) -> Hashes:
    return np.array(sorted(values), dtype=np.int64)


def _inverted(sets: Sequence[Hashes]) -> tuple[Hashes, Sparse]:
    """Return the distinct hashes, and a matrix of them by the sets that have them."""
    known = np.unique(np.concatenate([np.zeros(0, np.int64), *sets]))
    columns = np.repeat(np.arange(len(sets)), [len(item) for item in sets])
    rows = np.searchsorted(known, np.concatenate([np.zeros(0, np.int64), *sets]))
    ones = np.ones(len(rows), dtype=np.int32)
    matrix = sp.csr_matrix((ones, (rows, columns)), shape=(len(known), len(sets)))
    matrix.sort_indices()
    return known, matrix


def _places(known: Hashes, wanted: Hashes) -> Hashes:
    """Return where each wanted hash stands among the known ones; -1 where it does not."""
    if not len(known):
        return np.full(len(wanted), -1, dtype=np.int64)
    places = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return np.where(known[places] == wanted, places, -1)


def is_term(word: str) -> bool:
    """Tell whether a normalised word carries meaning, and so can be a member of a list."""
    return any(term.kind == "term" for term in read_words(word)[1])
