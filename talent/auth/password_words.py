"""Whether a password is among the first that others would guess: common words, walks over the keyboard, one's own name.

A password is read as pieces: common words, the person's own words, runs of digits, single characters. Signs, capital
letters and leet spellings cost a guesser nothing, so they count for nothing. What is left must be worth more than two
words and a number. The words are in data/passwords.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent.parent / "data" / "passwords"
WORTH_WORD, WORTH_DIGITS, WORTH_CHARACTER = 1.0, 0.5, 1.0
TOO_LITTLE = 2.5
FEWEST_CHARACTERS = 5
SHORTEST_WORD = 3
LEET = (
    str.maketrans("0134578@$!|€+", "oieastbasiiet"),
    str.maketrans("0134578@$!|€+", "oleastbasllet"),
)
ROWS = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz")
COLUMNS = ("1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "8ik", "9ol", "0p")
SERVICE = ("talent", "exchange", "talentexchange")

# The keys of the Korean standard keyboard, by the order of Unicode's initial, middle and final letters.
INITIALS = tuple("rRseEfaqQtTdwWczxvg")
MIDDLES = (*"koiOjpuPh", "hk", "ho", "hl", *"yn", "nj", "np", "nl", *"bm", "ml", "l")
FINALS = (
    "",
    "r",
    "R",
    "rt",
    "s",
    "sw",
    "sg",
    "e",
    "f",
    "fr",
    "fa",
    "fq",
    "ft",
    "fx",
    "fv",
    "fg",
    "a",
    "q",
    "qt",
    *"tTdwczxvg",
)


def is_common(password: str, own_words: Collection[str] = ()) -> bool:
    """True when the password is little more than two common words, or words of the person, and a number."""
    return _worth(password, frozenset()) <= TOO_LITTLE or (
        bool(own_words) and _worth(password, own_pieces(own_words)) <= TOO_LITTLE
    )


def own_pieces(texts: Collection[str]) -> frozenset[str]:
    """Words that a person's address and names give, also as typed on the other keyboard."""
    pieces: set[str] = set()
    for text in texts:
        folded = _folded(text)
        words = [word for word in re.split(r"[\W\d_]+", folded) if word]
        for word in [*words, "".join(words), "".join(reversed(words))]:
            pieces.update(form for form in (word, on_latin_keys(word)) if len(form) >= SHORTEST_WORD)
    return frozenset(pieces)


def on_latin_keys(text: str) -> str:
    """The Latin letters under the keys with which Hangul is typed: 안녕 gives dkssud."""
    return "".join(_keys(character) for character in text).casefold()


def _keys(character: str) -> str:
    place = ord(character) - 0xAC00
    if not 0 <= place < 11_172:
        return character
    return INITIALS[place // 588] + MIDDLES[place % 588 // 28] + FINALS[place % 28]


def _worth(password: str, own: frozenset[str]) -> float:
    """How many guesses deep the password is: the least over its readings."""
    plain = on_latin_keys(_folded(password))
    return min(_worth_of(reading, own) for reading in _readings(plain))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _readings(plain: str) -> Iterator[str]:
    for spelled in (plain, *(plain.translate(table) for table in LEET)):
        bare = re.sub(r"[\W_]+", "", spelled)
        yield bare
        # Digits at either end are a number put on, not letters in disguise.
        ends = re.fullmatch(r"([\W\d_]*)(.*?)([\W\d_]*)", plain, re.DOTALL)
        if ends is not None and spelled is not plain:
            middle = re.sub(r"[\W_]+", "", spelled[len(ends[1]) : len(plain) - len(ends[3])])
            yield re.sub(r"[\W_]+", "", ends[1]) + middle + re.sub(r"[\W_]+", "", ends[3])


def _worth_of(text: str, own: frozenset[str]) -> float:
    text = _repeated_part(text)
    if len(set(text)) < FEWEST_CHARACTERS:
        return 0.0
    words = common_words()
    longest = max(24, *(len(word) for word in own)) if own else 24
    least = [0.0] + [float(len(text))] * len(text)
    for end in range(1, len(text) + 1):
        least[end] = least[end - 1] + WORTH_CHARACTER
        for start in range(max(0, end - longest), end):
            piece = text[start:end]
            if piece.isdigit():
                least[end] = min(least[end], least[start] + WORTH_DIGITS)
            elif len(piece) >= SHORTEST_WORD and (piece in words or piece in own):
                least[end] = min(least[end], least[start] + WORTH_WORD)
    return least[-1]


def _repeated_part(text: str) -> str:
    """`abcabcabc` is worth no more than `abc`."""
    again = (text + text).find(text, 1)
    return text[:again] if 0 < again < len(text) else text


@cache
def common_words() -> frozenset[str]:
    """Every listed word, Korean ones as typed on Latin keys, and walks over the keyboard."""
    listed = set(SERVICE)
    for name in ("words.txt", "korean.txt"):
        for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
            if not line.startswith("#"):
                listed.update(on_latin_keys(_folded(word)) for word in line.split())
    return frozenset(word for word in listed | set(_walks()) if len(word) >= SHORTEST_WORD)


def _walks() -> Iterator[str]:
    """Four keys or more along a row, and columns beside one another, in both directions."""
    for row in ROWS:
        for line in (row, row[::-1]):
            for start in range(len(line)):
                yield from (line[start:end] for end in range(start + 4, len(line) + 1))
    for first, second in ((0, 1), (1, 2), (2, 0)):
        pairs = zip(ROWS[first], ROWS[second], strict=False)
        zigzag = "".join(a + b for a, b in pairs)
        for line in (zigzag, zigzag[::-1]):
            for start in range(0, len(line), 2):
                yield from (line[start:end] for end in range(start + 4, len(line) + 1))
    for columns in (COLUMNS, COLUMNS[::-1]):
        for start in range(len(columns)):
            for end in range(start + 1, len(columns) + 1):
                yield "".join(columns[start:end])
                yield "".join(column[1:] for column in columns[start:end])
                yield "".join(column[::-1] for column in columns[start:end])
