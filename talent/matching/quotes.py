"""Words of a text as they were typed: the sentence around a mention, a passage, and whole texts with marks in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from ml.schema import Explanation, Span

Texts = Sequence[str]
_SENTENCE_END = re.compile(r"[.!?。]\s|\n")
_QUOTE_REACH = 160
_MOST_QUOTED = 400
_HANGUL = re.compile("[가-힣]")


@dataclass(frozen=True)
class Quote:
    """Words around a mention, with the mention itself apart so that it can be marked."""

    before: str
    mark: str
    after: str
    lang: str


@dataclass(frozen=True)
class Passage:
    """A sentence of one side."""

    text: str
    lang: str


@dataclass(frozen=True)
class Piece:
    """Characters of a text; `skill` is the id of a skill they name, `is_word` tells a word that both texts share."""

    text: str
    skill: str = ""
    is_word: bool = False


@dataclass(frozen=True)
class Block:
    """Pieces of a text that stand together: `numbers` are the pairs of sentences they carry, from 1."""

    pieces: tuple[Piece, ...]
    numbers: tuple[int, ...] = ()
    is_copied: bool = False

    @property
    def is_plain(self) -> bool:
        return not self.numbers and not self.is_copied


@dataclass(frozen=True)
class MarkedText:
    """A whole text with what carried a result marked in it; `heading` says which text of the record it is."""

    heading: str
    lang: str
    blocks: tuple[Block, ...]

    @property
    def has_marks(self) -> bool:
        return any(
            not block.is_plain or piece.skill or piece.is_word for block in self.blocks for piece in block.pieces
        )


def quote(texts: Texts, spans: Sequence[Span]) -> Quote | None:
    """The sentence around the first mention, cut to a readable length."""
    span = next((span for span in spans if _fits(texts, span)), None)
    if span is None:
        return None
    text = texts[span.text_index]
    begin = max(0, span.start - _QUOTE_REACH)
    for end in _SENTENCE_END.finditer(text, begin, span.start):
        begin = end.end()
    stop = _SENTENCE_END.search(text, span.end, span.end + _QUOTE_REACH)
    finish = stop.end() if stop is not None else min(len(text), span.end + _QUOTE_REACH)
    before, mark, after = text[begin : span.start], text[span.start : span.end], text[span.end : finish]
    if begin > 0 and not _SENTENCE_END.search(text, max(0, begin - 2), begin):
        before = f"…{before}"
    if stop is None and finish < len(text):
        after = f"{after}…"
    return Quote(before.lstrip(), mark, after.rstrip(), language_of(before + mark + after))


def passage(texts: Texts, span: Span) -> Passage | None:
    """The characters of a span as a sentence; None when the text is not there (any more)."""
    if not _fits(texts, span):
        return None
    words = " ".join(texts[span.text_index][span.start : span.end].split())
    cut = f"{words[:_MOST_QUOTED]}…" if len(words) > _MOST_QUOTED else words
    return Passage(cut, language_of(cut)) if cut else None


def language_of(text: str) -> str:
    """The language that a text is read in: Korean as soon as there is Hangul in it."""
    return "ko" if _HANGUL.search(text) else "en"


def marked_profile(explanation: Explanation, texts: Texts, headings: Sequence[str]) -> list[MarkedText]:
    """The person's texts with all that an explanation found in them, and what was taken from the post."""
    found = [
        *(_Found(row.profile_span, number=number) for number, row in enumerate(explanation.passages, start=1)),
        *(_Found(span, is_copied=True) for span in explanation.copied_spans),
        *(_Found(span, skill=row.skill_id) for row in explanation.skills for span in row.profile_spans),
        *(_Found(span, skill=row.skill_id) for row in explanation.concepts for span in row.profile_spans),
        *(_Found(span, is_word=True) for row in explanation.terms for span in row.profile_spans),
    ]
    return _marked(texts, headings, found)


def marked_post(explanation: Explanation, texts: Texts, headings: Sequence[str]) -> list[MarkedText]:
    """The post's texts with all that an explanation found in them."""
    found = [
        *(_Found(row.opportunity_span, number=number) for number, row in enumerate(explanation.passages, start=1)),
        *(_Found(span, skill=row.skill_id) for row in explanation.skills for span in row.opportunity_spans),
        *(_Found(span, skill=row.skill_id) for row in explanation.concepts for span in row.opportunity_spans),
        *(_Found(span, is_word=True) for row in explanation.terms for span in row.opportunity_spans),
    ]
    return _marked(texts, headings, found)


@dataclass(frozen=True)
class _Found:
    """A span and what it is marked as."""

    span: Span
    number: int = 0
    is_copied: bool = False
    skill: str = ""
    is_word: bool = False


def _marked(texts: Texts, headings: Sequence[str], found: Iterable[_Found]) -> list[MarkedText]:
    held = [item for item in found if _fits(texts, item.span)]
    return [
        MarkedText(
            heading, language_of(text), tuple(_blocks(text, [row for row in held if row.span.text_index == index]))
        )
        for index, (text, heading) in enumerate(zip(texts, headings, strict=False))
        if text.strip()
    ]


def _blocks(text: str, found: Sequence[_Found]) -> Iterator[Block]:
    """Cut a text wherever a mark begins or ends; marks may overlap, and every character stays."""
    cuts = sorted({0, len(text), *(item.span.start for item in found), *(item.span.end for item in found)})
    parts = []
    for start, end in pairwise(cuts):
        over = [item for item in found if item.span.start <= start and end <= item.span.end]
        numbers = tuple(sorted({item.number for item in over if item.number}))
        skill = next((item.skill for item in over if item.skill), "")
        piece = Piece(text[start:end], skill, not skill and any(item.is_word for item in over))
        parts.append((numbers, any(item.is_copied for item in over), piece))
    for (numbers, is_copied), group in groupby(parts, key=lambda part: part[:2]):
        yield Block(tuple(piece for _numbers, _copied, piece in group), numbers, is_copied)


def _fits(texts: Texts, span: Span) -> bool:
    return span.text_index < len(texts) and 0 <= span.start < span.end <= len(texts[span.text_index])
