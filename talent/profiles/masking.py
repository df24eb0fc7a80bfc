"""Taking out of a person's own words what would tell who they are, before anything reads them.

The names that the account knows go exactly, so that swapping names in a text changes nothing. E-mail and
web addresses, telephone and identity numbers go by their shape.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from models import Profile, User

GAP = "[…]"
"""What stands where something was taken out. It holds no letter or digit, so it is no word to the matcher."""

_SHAPES = re.compile(
    r"""(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+  # e-mail
    | \b(?:https?://|www\.)\S+                   # web address
    | \b\d{6}\s?-\s?[1-8]\d{6}\b                 # Korean resident number
    | \b[A-Z]{2}\s?\d{2}\s?\d{2}\s?\d{2}\s?[A-D]\b  # UK National Insurance number
    | (?<![\w.])(?:\+\d{1,3}[\s.-]?\(?\d{1,4}\)?|\(?0\d{1,4}\)?)(?:[\s.-]?\d{3,4}){2}(?:[\s.-]?\d{3})?(?!\w)  # phone
    """,
    re.VERBOSE | re.ASCII,
)
_PART_FROM = 2  # letters or syllables; an initial alone says little and is too often a word


def without_identity(text: str, names: Iterable[str]) -> str:
    """Return `text` with addresses, numbers and these names taken out."""
    pattern = _names_pattern(unicodedata.normalize("NFC", name) for name in names)
    text = _SHAPES.sub(GAP, unicodedata.normalize("NFC", text))
    return pattern.sub(GAP, text) if pattern is not None else text


def own_names(profile: Profile) -> tuple[str, ...]:
    """Return what the account knows of its owner's names; nothing for an imported profile without an owner."""
    person: User | None = profile.user
    if person is None:
        return ()
    return person.name_home, person.name_romanised


def _names_pattern(names: Iterable[str]) -> re.Pattern[str] | None:
    """Match whole names in any case and spacing, then each part of a Latin name as the account writes it.

    A part counts only with its capital ("Grace", not "grace"), and Hangul parts only where a word begins, so that
    ordinary words stay. Romanised syllables count with a hyphen, a space or nothing between them.
    """
    whole: set[str] = set()
    parts: set[str] = set()
    for name in names:
        pieces = name.split()
        if _is_hangul("".join(pieces)):
            whole.add(r"\s?".join("".join(pieces)))
        elif pieces:
            escaped = [_hyphens_open(piece) for piece in pieces]
            whole |= {r"[\s,]{1,3}".join(escaped), r"[\s,]{1,3}".join(reversed(escaped))}
        if len(pieces) > 1:
            parts |= {piece for piece in pieces if len(piece) >= _PART_FROM}
    if not whole:
        return None
    wholes = "|".join(sorted(whole, key=lambda item: (-len(item), item)))
    singles = "|".join(
        _hyphens_open(form) for part in sorted(parts, key=lambda item: (-len(item), item)) for form in _forms(part)
    )
    pattern = rf"(?<!\w)(?i:{wholes})(?![A-Za-z0-9_])"
    if singles:
        pattern += rf"|(?<!\w)(?:{singles})(?![A-Za-z0-9_])"
    return re.compile(pattern)


def _hyphens_open(piece: str) -> str:
    return r"[\s-]?".join(re.escape(syllable) for syllable in piece.split("-"))


def _forms(part: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((part, part.upper(), part.title()))) if part[:1].isupper() or _is_hangul(part) else ()


def _is_hangul(text: str) -> bool:
    return bool(text) and all("가" <= char <= "힣" for char in text)
