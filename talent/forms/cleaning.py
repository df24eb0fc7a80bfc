"""Cleaning what people type, before anything else looks at it: one filter for every text of every form.

What reads the same becomes the same, what cannot be seen goes, and what carries meaning stays: wide letters, ligatures
and Hangul in pieces are composed (NFKC); ㎡, ², ½ and ① stay as written, for m2, 2, 1/2 and 1 say something else.
Matching folds those too, for itself (ml.text). Every step is linear in the length of the text.
"""

from __future__ import annotations

import re
import sys
import unicodedata

KEPT_FORMS = ("<super>", "<sub>", "<fraction>", "<square>", "<circle>")
"""Compatibility characters that are not only another way of writing: folding them changes what is said."""
LONGEST_CLEANED = 200_000
"""Far over the longest text there may be: what is longer is refused for its length, and comes back as typed."""
_LAST_KEPT = 0x1F300  # beyond it no character has such a form

# Zero-width, bidi controls, byte-order mark, soft hyphen, joiners, Hangul and other fillers, variation selectors, tags,
# interlinear and musical marks: nothing to see, and a way to hide, to reverse or to look like another text.
INVISIBLE_RANGES = (
    (0x00AD, 0x00AD),
    (0x034F, 0x034F),
    (0x061C, 0x061C),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF9, 0xFFFB),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE01EF),
)
_INVISIBLE = re.compile("[" + "".join(f"{chr(first)}-{chr(last)}" for first, last in INVISIBLE_RANGES) + "]")
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_BREAKS = re.compile(r"[\t\n]")


def _kept_characters() -> str:
    """The characters of KEPT_FORMS, as the inside of a character class."""
    codes = [
        code
        for code in range(0xA0, min(_LAST_KEPT, sys.maxunicode))
        if unicodedata.decomposition(chr(code)).startswith(KEPT_FORMS)
    ]
    return "".join(re.escape(chr(code)) for code in codes)


_PIECES = re.compile(f"([{_kept_characters()}]+)")


def clean_text(value: str | None) -> str | None:
    """Composed text without invisible characters, with plain line ends and no space at either end."""
    if value is None or len(value) > LONGEST_CLEANED:
        return value
    text = _INVISIBLE.sub("", _LINE_ENDS.sub("\n", value))
    return "".join(_composed(piece) for piece in _PIECES.split(text)).strip()


def clean_line(value: str | None) -> str | None:
    """As `clean_text`, in one line: nothing typed here can begin a line of its own in a mail's head or a log."""
    text = clean_text(value)
    return None if text is None else " ".join(filter(None, map(str.strip, _BREAKS.split(text))))


def _composed(piece: str) -> str:
    """NFKC, or as it is for a run of characters whose folding would change what is said."""
    if _PIECES.fullmatch(piece):
        return piece
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", piece))  # folding can bring a filler to light
