"""Cyrillic and Greek letters that look like Latin ones, read as what they look like.

Nobody writes half of an English word in another alphabet by mistake: it hides a word from a comparison, or makes two
texts look different that a reader sees as the same. Words of those languages stay as they are.
"""

from __future__ import annotations

import re

_CYRILLIC = ("АВЕЅІЈКМНОРСТУХҮԌԚԜһаеѕіјорсухԁԛԝӏѵ", "ABESIJKMHOPCTYXYGQWhaesijopcyxdqwlv")
_GREEK = ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαικνορυχϲϳ", "ABEZHIKMNOPTYXaikvopuxcj")
_LATIN = ("ɑɡı", "agi")  # phonetic and dotless letters
_READ_AS = str.maketrans("".join(pair[0] for pair in (_CYRILLIC, _GREEK, _LATIN)),
                         "".join(pair[1] for pair in (_CYRILLIC, _GREEK, _LATIN)))  # fmt: skip
_FOREIGN = re.compile(r"[ɑɡıͰ-ϿЀ-ԯ]")
_LETTERS = re.compile(r"[^\W\d_]+")


def unmasked(text: str) -> str:
    """Return the text with look-alikes inside Latin words, or in words of nothing else, as Latin letters.

    Each character stands for one, so places stay the same. Linear in the length of the text.
    """
    return _LETTERS.sub(_read, text) if _FOREIGN.search(text) else text


def _read(word: re.Match[str]) -> str:
    if not _FOREIGN.search(word[0]):
        return word[0]
    read = word[0].translate(_READ_AS)
    has_latin = any(char.isascii() for char in word[0])
    return read if has_latin or read.isascii() else word[0]
