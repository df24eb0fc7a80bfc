"""Ranks plain texts of either language against others: `python -m ml.rank --queries Q --corpus C --k 100 --out RUN`.

Both files hold a JSON object a line, {"id", "text", "lang"}; the language is read off the text, whatever "lang" says.
The run has a line `query<TAB>document<TAB>score` for the best of each query, queries by id. Nothing is known but
the two files, the sentence encoder, and the names and aliases of skills and roles. Both sides may be people or posts.
What one text took from another does not count between the two, nor what a text repeats.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO, TypeAlias

import numpy as np
from threadpoolctl import threadpool_limits

from ml.copying import Traces, blanked, candidates, copied_between, repeated
from ml.encoder import Encoder, Vectors, installed_encoder
from ml.features import tokens
from ml.fusion import FusionParams, Places, Scores, centred, hubness, likeness, pair_means, saturating
from ml.schema import Span
from ml.sentences import Passage
from ml.text_space import Side, Texts, TextSpace, read_texts
from ml.vector_cache import CachedEncoder

CACHE_VARIABLE = "TALENT_VECTOR_CACHE"
CELLS = 16_000_000  # scores held at once
_MOSTLY = 0.7  # of a text taken from the other: what is left of it says too little
_LONG_ENOUGH = 4  # content words of a passage that stands in both texts
_TAKEN = 16  # content words taken in all: a duty or two in the same words is how offices write
REACHED = 1000  # documents of a query that can gain by others like them
_TIES = "talent-exchange"

Run: TypeAlias = dict[str, list[tuple[str, float]]]


class BadInput(ValueError):
    """A file that cannot be ranked; the message says which line and why."""


@dataclass(frozen=True, slots=True)
class Item:
    """A text and its name."""

    id: str
    text: str


def rank(
    queries: Sequence[Item], corpus: Sequence[Item], k: int, encoder: Encoder, params: FusionParams | None = None
) -> Run:
    """Return the k best documents of each query with their scores, best first.

    The order of the items plays no part; equal scores are ordered by a hash of both ids.
    """
    queries, corpus = (sorted(items, key=lambda item: item.id) for items in (queries, corpus))
    if not queries or not corpus:
        return {item.id: [] for item in queries}
    with threadpool_limits(1):  # another number of threads would add up in another order
        scores = _Scorer(queries, corpus, encoder, params or FusionParams())
        return {
            query.id: best_of(query.id, row, corpus, k)
            for start in range(0, len(queries), scores.block)
            for query, row in zip(
                queries[start : start + scores.block],
                scores.final(range(start, min(start + scores.block, len(queries)))),
                strict=True,
            )
        }


class _Scorer:
    """The scores of a collection, made a block of queries at a time."""

    def __init__(self, queries: Sequence[Item], corpus: Sequence[Item], encoder: Encoder, params: FusionParams) -> None:
        self._params = params
        mine, theirs = ([_unpadded(item.text) for item in items] for items in (queries, corpus))
        sides = read_texts(mine, encoder), read_texts(theirs, encoder)
        self._space = TextSpace(sides, encoder, params)
        self._mine, self._theirs = map(self._space.place, sides)
        self._copies = _Copies(mine, theirs, sides, self._space, encoder)
        self._counting = saturating(self._theirs.lengths, params.likeness_words)
        self.block = max(1, CELLS // len(corpus))
        sample = range(0, len(queries), -(-len(queries) // self.block))  # all of them unless there are very many
        self._raw = sample, self._compared(sample)
        self._means = pair_means(self._raw[1], self._mine.languages[sample], self._theirs.languages)
        self._hubs = np.zeros(len(corpus), np.float32)
        if len(sample) > 1:
            self._hubs = np.float32(params.hubs) * hubness(self._centred(*self._raw), params.hub_share)

    def final(self, rows: range) -> Scores:
        """Return the scores of some queries with every document."""
        raw = self._raw[1] if rows == self._raw[0] else self._compared(rows)
        scores = np.asarray(self._centred(rows, raw) - self._hubs, dtype=np.float32)
        if self._params.likeness:
            for place, row in enumerate(rows):
                best, gained = self._likeness(scores[place], row)
                scores[place, best] += gained
        return scores

    def _likeness(self, scores: Scores, row: int) -> tuple[Places, Scores]:
        """Return the best documents of a query, and what each gains by others that suit it.

        What a document shares with the query word for word is not counted there either.
        """
        params = self._params
        best = np.argsort(-scores, kind="stable")[:REACHED]
        documents = self._copies.means_without(row, best, self._theirs.means)
        found = likeness(scores[best], documents, self._counting[best], params.suiting)
        share = params.likeness * saturating(self._mine.lengths[row : row + 1], params.likeness_words)
        return best, np.asarray(share * found, dtype=np.float32)

    def _compared(self, rows: range) -> Scores:
        scores = self._space.compare(self._mine.take(rows), self._theirs)
        self._copies.correct(scores, rows, self._mine, self._theirs)
        return scores

    def _centred(self, rows: range, raw: Scores) -> Scores:
        return centred(raw, self._mine.languages[rows], self._theirs.languages, self._means, self._params.few)


class _Copies:
    """The pairs of texts of which one took passages from the other, and both texts without them."""

    def __init__(
        self, mine: Sequence[str], theirs: Sequence[str], sides: tuple[Texts, Texts], space: TextSpace, encoder: Encoder
    ) -> None:
        self._space = space
        left, right = ([Traces.of([text]) for text in texts] for texts in (mine, theirs))
        verbatim = _same_passages(*sides)
        pairs = set(candidates(left, right)) | {(row, column) for column, row in candidates(right, left)}
        texts: list[tuple[str, str]] = []
        self._pairs: dict[int, list[tuple[int, float, float, int]]] = {}
        for row, column in sorted(pairs | set(verbatim)):
            of_mine, of_theirs = copied_between(left[row], right[column]), copied_between(right[column], left[row])
            spans_mine, spans_theirs = verbatim.get((row, column), ([], []))
            spans_mine, spans_theirs = [*of_mine.profile_spans, *spans_mine], [*of_theirs.profile_spans, *spans_theirs]
            if max(_content(mine[row], spans_mine), _content(theirs[column], spans_theirs)) >= _TAKEN:
                self._pairs.setdefault(row, []).append((column, of_mine.share, of_theirs.share, len(texts)))
                texts.append((blanked([mine[row]], spans_mine)[0], blanked([theirs[column]], spans_theirs)[0]))
        if texts:
            self._mine, self._theirs = (
                space.place(read_texts([pair[side] for pair in texts], encoder)) for side in (0, 1)
            )

    def means_without(self, row: int, columns: Places, means: Vectors) -> Vectors:
        """Return the means of some documents, for one query without the passages that both have."""
        result = means[columns]
        without = {item[0]: item[3] for item in self._pairs.get(row, [])}
        for place, column in enumerate(columns.tolist()):
            if column in without:
                result[place] = self._theirs.means[without[column]]
        return result

    def correct(self, scores: Scores, rows: range, mine: Side, theirs: Side) -> None:
        """Put in what the pairs score without the passages taken, whichever side took them; never more than before.

        A text that is mostly in the other one is not also cut: little is left of it to compare. When that holds for
        both, the one with more of its own is.
        """
        for place, row in enumerate(rows):
            found = self._pairs.get(row)
            if not found:
                continue
            numbers = [item[3] for item in found]
            cut_theirs = self._space.compare(mine.take([row]), self._theirs.take(numbers))[0]
            for (column, of_mine, of_theirs, number), without in zip(found, cut_theirs.tolist(), strict=True):
                options = []
                if of_theirs <= _MOSTLY or of_theirs <= of_mine:
                    options.append(without)
                if of_mine <= _MOSTLY or of_mine < of_theirs:
                    cut = self._space.compare(self._mine.take([number]), theirs.take([column]))
                    options.append(float(cut[0, 0]))
                scores[place, column] = min(float(scores[place, column]), *options)


def _same_passages(mine: Texts, theirs: Texts) -> dict[tuple[int, int], tuple[list[Span], list[Span]]]:
    """Return the passages of some words that stand in both texts of a pair, where both texts say more than that."""
    places: dict[tuple[str, ...], list[tuple[int, Passage]]] = {}
    for column, found in enumerate(theirs.passages):
        for words, passage in _long_enough(found):
            places.setdefault(words, []).append((column, passage))
    shared: dict[tuple[int, int], tuple[list[Span], list[Span]]] = {}
    for row, found in enumerate(mine.passages):
        for words, passage in _long_enough(found):
            for column, other in places.get(words, []):
                spans = shared.setdefault((row, column), ([], []))
                spans[0].append(passage.span)
                spans[1].append(other.span)
    return {
        pair: spans
        for pair, spans in shared.items()
        if len(spans[0]) <= _MOSTLY * min(len(mine.passages[pair[0]]), len(theirs.passages[pair[1]]))
    }


def _long_enough(found: Sequence[Passage]) -> Iterator[tuple[tuple[str, ...], Passage]]:
    """Yield the passages that two people would hardly write alike with their words; none of a text with one passage."""
    if len(found) > 1:
        for passage in found:
            words = tuple(tokens(passage.text))
            if len(words) >= _LONG_ENOUGH:
                yield words, passage


def _content(text: str, spans: Sequence[Span]) -> int:
    """Count the content words inside spans, once where spans overlap."""
    kept = [" "] * len(text)
    for span in spans:
        kept[span.start : span.end] = text[span.start : span.end]
    return len(tokens("".join(kept)))


def _unpadded(text: str) -> str:
    return blanked([text], repeated([text]).profile_spans)[0]


def best_of(query_id: str, scores: Scores, corpus: Sequence[Item], k: int) -> list[tuple[str, float]]:
    """Return the k best documents; scores are rounded first, so that what is printed and the order agree."""
    rounded = np.round(scores.astype(np.float64), 6)
    if k < len(rounded):
        least = np.partition(rounded, len(rounded) - k)[len(rounded) - k]
        places = np.flatnonzero(rounded >= least).tolist()
    else:
        places = list(range(len(rounded)))
    places.sort(key=lambda place: (-rounded[place], _tie(query_id, corpus[place].id)))
    return [(corpus[place].id, float(rounded[place]) + 0.0) for place in places[:k]]


def _tie(query_id: str, document_id: str) -> bytes:
    return hashlib.sha256(f"{_TIES}\0{query_id}\0{document_id}".encode("utf-8", "surrogatepass")).digest()


def read_items(path: Path) -> list[Item]:
    """Read a file of one JSON object a line; .gz too. Raises BadInput or OSError."""
    items: list[Item] = []
    seen: set[str] = set()
    with _opened(path) as file:
        try:
            for number, line in enumerate(file, 1):
                if line.strip():
                    item = _item(line, f"{path.name} line {number}")
                    if item.id in seen:
                        raise BadInput(f"{path.name} line {number}: the id {item.id!r} is there already")
                    seen.add(item.id)
                    items.append(item)
        except (UnicodeDecodeError, gzip.BadGzipFile, EOFError):
            raise BadInput(f"{path.name} is not a text file in UTF-8") from None
    return items


def write_run(run: Run, path: Path) -> None:
    """Write a run, whole or not at all."""
    part = path.with_name(path.name + ".part")
    with part.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(
            f"{query_id}\t{document_id}\t{score:.6f}\n"
            for query_id, found in sorted(run.items())
            for document_id, score in found
        )
    part.replace(path)


def _opened(path: Path) -> TextIO:
    return gzip.open(path, "rt", encoding="utf-8-sig") if path.suffix == ".gz" else path.open(encoding="utf-8-sig")


def _item(line: str, where: str) -> Item:
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        raise BadInput(f"{where}: not JSON") from None
    if not isinstance(data, dict):
        raise BadInput(f"{where}: not a JSON object")
    name, text = data.get("id"), data.get("text")
    if isinstance(name, int) and not isinstance(name, bool):
        name = str(name)
    if not isinstance(name, str) or not name or not name.isprintable() or any(char.isspace() for char in name):
        raise BadInput(f'{where}: "id" must be text without spaces or control characters')
    if not isinstance(text, str):
        raise BadInput(f'{where}: "text" must be text')
    return Item(name, text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Rank the files named on the command line; returns the exit status: 2 for bad input."""
    options = _parser().parse_args(arguments)
    encoder: Encoder | None = installed_encoder()
    if encoder is None:
        sys.stderr.write("rank: the sentence encoder is not installed; install requirements.txt\n")
        return 1
    try:
        queries, corpus = read_items(options.queries), read_items(options.corpus)
        folder = options.cache or os.environ.get(CACHE_VARIABLE)
        with ExitStack() as stack:
            if folder:
                encoder = stack.enter_context(CachedEncoder(encoder, Path(folder)))
            write_run(rank(queries, corpus, options.k, encoder), options.out)
    except (BadInput, OSError, sqlite3.Error) as error:
        sys.stderr.write(f"rank: {error}\n")
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ml.rank", description="Rank plain texts against each other.")
    parser.add_argument("--queries", type=Path, required=True, metavar="Q.jsonl")
    parser.add_argument("--corpus", type=Path, required=True, metavar="C.jsonl")
    parser.add_argument("--k", type=_positive, default=100, help="documents for each query (default: %(default)s)")
    parser.add_argument("--out", type=Path, required=True, metavar="RUN.tsv")
    parser.add_argument(
        "--cache", type=Path, metavar="FOLDER", help=f"keep vectors there (or name it in {CACHE_VARIABLE}); optional"
    )
    return parser


def _positive(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 1_000_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
