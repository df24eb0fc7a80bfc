"""Taking out of a person's own words what would tell who they are, before anything reads them.

The names that the account knows, and those it had before, go exactly (talent.name_patterns), so that swapping names in
a text changes nothing. Addresses, numbers and accounts elsewhere go by their shape (talent.profiles.identifiers).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator

from models import Profile
from talent.name_patterns import pattern_of
from talent.profiles.identifiers import Found, Kind, by_shape

GAP = "[…]"
"""What stands where something was taken out. It holds no letter or digit, so it is no word to the matcher."""


def without_identity(text: str, names: Iterable[str]) -> str:
    """Return `text` with addresses, numbers, accounts and these names taken out."""
    text = unicodedata.normalize("NFC", text)
    pieces, begin = [], 0
    for found in find_identity(text, names):
        pieces += [text[begin : found.start], GAP]
        begin = found.end
    return "".join([*pieces, text[begin:]])


def find_identity(text: str, names: Iterable[str]) -> list[Found]:
    """What in `text` (composed, NFC) tells who somebody is, in order and not overlapping."""
    found = by_shape(text)
    pattern = pattern_of(names)
    if pattern is None:
        return found
    open_places = _between(found, len(text))
    named = [
        Found(Kind.NAME, match.start(), match.end())
        for begin, end in open_places
        for match in pattern.finditer(text, begin, end)
        if match.group()
    ]
    return sorted([*found, *named], key=lambda item: item.start)


def _between(found: list[Found], length: int) -> Iterator[tuple[int, int]]:
    begin = 0
    for item in found:
        yield begin, item.start
        begin = item.end
    yield begin, length


def own_names(profile: Profile) -> tuple[str, ...]:
    """Return what the account knows of its owner's names, present and former; nothing for a profile without owner."""
    return profile.user.every_name if profile.user is not None else ()


def masked_text(profile: Profile, text: str) -> str:
    """What others read of something written by or about a profile's owner."""
    return without_identity(text, own_names(profile)) if text else ""
