"""Texts cut into passages: sentences, bullets and items of lists, with their places in the text as typed.

A passage is what the sentence encoder reads at once and what a reviewer sees highlighted. English ends a sentence with
a full stop and a space, Korean with an ending such as 다 or 요 and often no space; lists put an item on a line or after
a bullet. Every step is linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ml.schema import RecordText, Span
from ml.text import Language, MappedText, clip, language_of, map_text

RULES = "2"  # raise it with any change of the rules below: stored vectors are then made again
MOST_PASSAGES = 60  # a record with more is read in part, fairly over its texts
LONGEST_PASSAGE = 400  # characters; the encoder averages over a passage, and a longer one says nothing sharply
_LONGEST_LIST = 120  # characters of single words put together: a list of skills, one a line

_MARK = "•‣⁃∙⋅▪▫■□●○◦◆◇▶▷►▸★☆※✓✔➢➤→"  # never found inside a word
_DOT = "·・‧ᆞ"  # a bullet after a space, "and" inside Korean words; the last is what U+318D turns into
_CLOSERS = "\"'”’)\\]」』"
_BOUNDARY = re.compile(
    rf"""
    \n                                          # a line of its own
    | [{_MARK}]                                 # a bullet, wherever it stands
    | (?:(?<=\s)|^)[{_DOT}](?=\s*\S)            # a dot that begins an item
    | ;                                         # items in a row
    | [.!?…。]+[{_CLOSERS}]*(?=\s|$)            # the end of a sentence
    | [!?…。]+[{_CLOSERS}]*(?=[^\W\d_])         # without a space after it
    | (?<=[가-힣][다요음함임됨죠까])\.(?=[^\W\d_]|[{_DOT}(\[「『"'“‘-])   # Korean ones above all
    | (?<=[^\W\d_]{{2}})\.(?=[^\W\d_]{{2}})     # English ones: decided by the capital letter that follows
    """,
    re.VERBOSE,
)
_LIST_MARKER = re.compile(rf"[\s{_MARK}{_DOT}*\-–—+>|]*(?:\(?(?:\d{{1,2}}|[a-z가-하])[.)]\s+|[oᄋ]\s+)?[\s*\-–—|]*")
_TRAIL = f" \t\n*-–—|,;{_MARK}{_DOT}"
_SPACES = re.compile(r"\s+")
_LAST_WORD = re.compile(r"[^\s(\[\"'“‘]*\Z")
_ABBREVIATIONS = frozenset(
    {"e.g", "i.e", "eg", "ie", "mr", "mrs", "ms", "dr", "prof", "no", "nos", "vs", "st", "inc", "ltd", "dept", "incl"}
)
_NEXT_WORD = re.compile(r"\n[ \t]*([a-z][^\W_]+|a|i)(?![.)])")
_WRAPPED_LINE = 40
_LINE_ENDS = ".!?…:;"
_NUMBER_NEXT = re.compile(r"\s{0,8}\d")
_LONGEST_ABBREVIATION = 12
_LONGEST_WORD = 40


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage: `start` to `end` of the text at `text_index` as typed; `text` is what the encoder reads of it."""

    text_index: int
    start: int
    end: int
    language: Language
    text: str

    @property
    def span(self) -> Span:
        """Return its place."""
        return Span(self.text_index, self.start, self.end)


def passages(texts: Sequence[RecordText], *, limit: int, most: int = MOST_PASSAGES) -> tuple[Passage, ...]:
    """Cut the first `limit` characters of the texts into passages, at most `most` of them.

    What is said twice is read once, so that repeating it gains nothing. When there are too many, each text keeps the
    same number, a short one all it has, spread evenly from its beginning to its end.
    """
    seen: set[str] = set()
    by_text = []
    for index, text in enumerate(clip((item.text for item in texts), limit)):
        found = []
        for passage in _cut(index, text):
            if passage.text not in seen:
                seen.add(passage.text)
                found.append(passage)
        by_text.append(found)
    quotas = _quotas([len(found) for found in by_text], most)
    return tuple(passage for found, quota in zip(by_text, quotas, strict=True) for passage in _spread(found, quota))


def _cut(index: int, typed: str) -> Iterator[Passage]:
    mapped = map_text(typed)
    for start, end in _with_neighbours(mapped.text, _pieces(typed, mapped)):
        for first, last in _within_length(mapped.text, start, end):
            text = _SPACES.sub(" ", mapped.text[first:last])
            language = language_of(text)
            if language is not None:
                yield Passage(index, *mapped.original_span(first, last), language, text)


def _pieces(typed: str, mapped: MappedText) -> Iterator[tuple[int, int]]:
    """Yield the pieces between boundaries that hold a letter, without bullets, markers and spaces at their ends."""
    start = 0
    for match in _BOUNDARY.finditer(mapped.text):
        if _ends_here(typed, mapped, start, match):
            yield from _trimmed(mapped.text, start, match.end())
            start = match.end()
    yield from _trimmed(mapped.text, start, len(mapped.text))


def _ends_here(typed: str, mapped: MappedText, start: int, match: re.Match[str]) -> bool:
    """Tell a boundary from the full stop of an abbreviation, a number, a product or a marker, and a wrapped line."""
    text, place, after = mapped.text, match.start(), match.end()
    if text[place] == "\n":
        return not _is_wrapped(typed, mapped, start, place)
    if text[place] != "." or _is_hangul(text[place - 1 : place]):
        return True
    if after < len(text) and not text[after].isspace():  # "work.Then" ends a sentence, "node.js" and "gov.uk" do not
        return typed[mapped.starts[after]].isupper() and not typed[mapped.starts[place - 1]].isupper()
    before = _LAST_WORD.search(text, max(0, place - _LONGEST_ABBREVIATION), place)
    word = before[0] if before else ""
    if word.isdigit():  # "1. Plan work", "2024. 3. 1."
        return start < place - len(word) and not _NUMBER_NEXT.match(text, after)
    return word not in _ABBREVIATIONS and len(word) != 1


def _is_wrapped(typed: str, mapped: MappedText, start: int, place: int) -> bool:
    """Tell a long line that goes on in the next one, with a small letter, from an item of a list."""
    text = mapped.text
    next_word = _NEXT_WORD.match(text, place)
    if next_word is None or not typed[mapped.starts[next_word.start(1)]].islower():
        return False
    line = place - max(start, text.rfind("\n", start, place) + 1)
    return line >= _WRAPPED_LINE and text[place - 2 : place].rstrip()[-1:] not in _LINE_ENDS


def _is_hangul(char: str) -> bool:
    return "가" <= char <= "힣"


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    marker = _LIST_MARKER.match(text, start, end)
    start = marker.end() if marker else start
    while end > start and text[end - 1] in _TRAIL:
        end -= 1
    if language_of(text[start:end]) is not None:
        yield start, end


def _with_neighbours(text: str, pieces: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Put single words together with their neighbours: into a list of up to some length, or before a sentence."""
    held: tuple[int, int] | None = None
    for start, end in pieces:
        is_single = _is_single(text, start, end)
        if held is not None:
            if end - held[0] <= (_LONGEST_LIST if is_single else LONGEST_PASSAGE):
                start = held[0]
            else:
                yield held
        if is_single:
            held = start, end
        else:
            held = None
            yield start, end
    if held is not None:
        yield held


def _is_single(text: str, start: int, end: int) -> bool:
    return end - start <= _LONGEST_WORD and len(text[start:end].split()) == 1


def _within_length(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the piece, or its parts of about equal length where it is too long, cut between words where there are."""
    while end - start > LONGEST_PASSAGE:
        parts = -(-(end - start) // LONGEST_PASSAGE)
        aim = start + -(-(end - start) // parts)
        cut = max(text.rfind(" ", start + 1, aim + 1), text.rfind("\n", start + 1, aim + 1))
        cut = cut if cut > start + (aim - start) // 2 else aim
        yield from _trimmed(text, start, cut)
        start = cut
    yield from _trimmed(text, start, end)


def _quotas(counts: Sequence[int], most: int) -> list[int]:
    """Share `most` places out: an equal number each, and what short texts leave over to the long ones, first first."""
    quotas = [0] * len(counts)
    left = min(most, sum(counts))
    while left:
        for index, count in enumerate(counts):
            if left and quotas[index] < count:
                quotas[index] += 1
                left -= 1
    return quotas


def _spread(found: Sequence[Passage], quota: int) -> Iterator[Passage]:
    return (found[place * len(found) // quota] for place in range(quota))
