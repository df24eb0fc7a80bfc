"""Text as the matcher sees it: normalised, cut to a length, told apart by language, split into words.

Every step is linear in the length of the text, and each keeps the way back to the characters that were typed,
so that an explanation can highlight them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from ml.lookalikes import unmasked

Language = Literal["en", "ko"]
LANGUAGES: tuple[Language, ...] = ("en", "ko")

# Characters that NFKC leaves alone and that lower-casing maps one to one: nearly all of our text.
_PLAIN = "\t\n -~가-힣‘’“”–—•·"
_RUNS = re.compile(f"([{_PLAIN}]+(?![^{_PLAIN}]))|([{_PLAIN}]?[^{_PLAIN}]+)")
# Fillers, the grapheme joiner and variation selectors: not format characters, yet nothing to see.
_INVISIBLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef]")
# A syllable typed letter by letter, in half width or not: consonant, vowel, and a consonant that begins no other one.
_CONSONANTS, _VOWELS = "ㄱ-ㅎﾡ-ﾾ", "ㅏ-ㅣￂ-ￇￊ-ￏￒ-ￗￚ-ￜ"
_SPELT = re.compile(f"([{_CONSONANTS}])([{_VOWELS}])(?:([{_CONSONANTS}])(?![{_VOWELS}]))?")
_JAMO_TAILS = re.compile("[\u1160-\u11ff\ud7b0-\ud7fb]")
_TAIL_OF = {
    lead: unicodedata.lookup(unicodedata.name(lead).replace("CHOSEONG", "JONGSEONG"))
    for lead in "ᄀᄁᄂᄃᄅᄆᄇᄉᄊᄋᄌᄎᄏᄐᄑᄒᄚᄡ"
}
_LONGEST_CHUNK = 8  # no honest character needs more marks, and no ligature unfolds usefully beyond this

# "R&D", "C++" and "C#" are one word; a run of Hangul is one word.
_WORD = re.compile(r"[^\W_가-힣]+(?:&[^\W_가-힣]+)?[+#]{0,2}|[가-힣]+")
_HANGUL = re.compile(r"[가-힣]+")
_LETTERS = re.compile(r"[^\W\d_]+")
ONE_LETTER_SKILLS = frozenset({"c", "r"})
_HANGUL_SHARE_OF_KOREAN = 0.15  # of the letters: Korean technical prose is full of Latin names


def _listed(endings: str) -> frozenset[str]:
    return frozenset(endings.split())


_PARTICLES = _listed("""
을 를 이 가 은 는 의 에 와 과 로 도 만 및 들 등 적 에서 에게 으로 까지 부터 보다 처럼 이나 이며 이고 이다 마다 조차
라는 이라는 이라도 에서는 에서의 에서도 에는 에도 에의 에게서 으로는 으로의 으로도 으로써 으로서 로서 로써 로의 로는
로도 들을 들이 들은 들의 들과 와의 과의 와는 과는 적인 적으로 까지의 부터의 만을 만의 등을 등의 등이 등에
""")
_VERB_ENDINGS = _listed("""
한 할 함 해 했 하고 하며 하여 해서 하는 하기 하던 하게 하면 하지 하자 한다 했다 했던 했고 했으며 하였다 하였고
하였으며 합니다 했습니다 하였습니다 하겠습니다 해왔습니다 해본 해온 하도록 하기도 하면서 하려고 함으로써
된 될 됨 되고 되며 되어 되는 된다 됐다 되었다 됩니다 되었습니다 됐습니다 시킨 시키고 시켰습니다 입니다 였습니다
이었습니다
""")
ENDINGS = _PARTICLES | _VERB_ENDINGS
_LONGEST_ENDING = max(map(len, ENDINGS))


@dataclass(frozen=True, slots=True)
class MappedText:
    """Normalised text, and for each of its characters where it begins and ends in the text as typed."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span in the text as typed that became `text[start:end]` (not empty)."""
        return self.starts[start], self.ends[end - 1]


def normalise(text: str) -> str:
    """Return lower-case NFKC text without invisible, bidirectional, control and surrogate characters."""
    return "".join(piece for _, _, piece in _pieces(text))


def map_text(text: str) -> MappedText:
    """Return what `normalise` returns, with the way back to the characters of `text`."""
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for start, end, piece in _pieces(text):
        pieces.append(piece)
        if len(piece) == end - start:
            starts.extend(range(start, end))
            ends.extend(range(start + 1, end + 1))
        else:
            starts.extend([start] * len(piece))
            ends.extend([end] * len(piece))
    return MappedText("".join(pieces), starts, ends)


def clip(texts: Iterable[str], limit: int) -> list[str]:
    """Keep the first `limit` characters of all texts together; what is beyond comes back as empty text."""
    kept = []
    for text in texts:
        kept.append(text[:limit])
        limit -= len(kept[-1])
    return kept


def language_of(normalised: str) -> Language | None:
    """Tell English from Korean by the letters used; None when there is no letter.

    What somebody declared plays no part: only the text itself chooses how it is read.
    """
    hangul = sum(map(len, _HANGUL.findall(normalised)))
    letters = sum(map(len, _LETTERS.findall(normalised)))
    if not letters:
        return None
    return "ko" if hangul >= _HANGUL_SHARE_OF_KOREAN * letters else "en"


def words(normalised: str) -> list[str]:
    """Return the words in order, as written, without numbers, stray letters and the particles of Latin words."""
    return [word for word, _, _ in word_spans(normalised)]


def word_spans(normalised: str) -> Iterator[tuple[str, int, int]]:
    """Yield what `words` returns, each with its start and end in the normalised text."""
    end = -1
    for match in _WORD.finditer(normalised):
        word, is_joined = match[0], match.start() == end
        end = match.end()
        if _is_kept(word) and not (is_joined and word in ENDINGS):
            yield word, match.start(), end


def is_hangul(char: str) -> bool:
    """Tell whether a character is a Hangul syllable."""
    return "가" <= char <= "힣"


def strip_ending(word: str) -> str:
    """Drop the longest particle or verb ending of a Korean word, leaving two syllables or more."""
    for length in range(min(_LONGEST_ENDING, len(word) - 2), 0, -1):
        if word[-length:] in ENDINGS:
            return word[:-length]
    return word


def _pieces(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, normalised piece): long plain runs whole, everything else a character at a time."""
    for match in _RUNS.finditer(_SPELT.sub(_joining, unmasked(text))):
        if match[1] is not None:
            yield match.start(), match.end(), match[1].lower()
        else:
            yield from _odd_pieces(match[2], match.start())


def _odd_pieces(run: str, offset: int) -> Iterator[tuple[int, int, str]]:
    chunk: list[str] = []
    start = end = offset
    for position, raw in enumerate(run, offset):
        char = _visible(raw)
        if not char:
            continue
        if chunk and (len(chunk) >= _LONGEST_CHUNK or not _joins_previous(char)):
            yield start, end, _composed(chunk)
            chunk = []
        if not chunk:
            start = position
        chunk.append(char)
        end = position + 1
    if chunk:
        yield start, end, _composed(chunk)


def _joining(spelt: re.Match[str]) -> str:
    """Return the letters of a syllable as ones that compose, each for one; any other run of letters as it is."""
    lead, vowel = (unicodedata.normalize("NFKC", letter) for letter in spelt.group(1, 2))
    tail = unicodedata.normalize("NFKC", spelt[3] or "")
    if tail and not _JAMO_TAILS.match(tail):
        tail = _TAIL_OF.get(tail, spelt[3])  # some consonants end no syllable
    return lead + vowel + tail


def _visible(char: str) -> str:
    """Return the character, a space for a control character, or nothing for one that cannot be seen."""
    if char in "\t\n":
        return char
    category = unicodedata.category(char)
    if category == "Cf" or _INVISIBLE.match(char):
        return ""
    return " " if category in {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"} else char


def _joins_previous(char: str) -> bool:
    return unicodedata.combining(char) != 0 or _JAMO_TAILS.match(char) is not None


def _composed(chunk: list[str]) -> str:
    return unicodedata.normalize("NFKC", "".join(chunk)).lower()[:_LONGEST_CHUNK]


def _is_kept(word: str) -> bool:
    if word.isdigit():
        return False
    return len(word) > 1 or word in ONE_LETTER_SKILLS or is_hangul(word)
