"""How somebody's names are recognised in a text: whole, turned round, romanised, in parts, with particles and titles.

Patterns are bounded, so the work grows with the length of a text and with the number of names.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

_PART_FROM = 2  # letters or syllables; an initial alone says little and is too often a word
_DISGUISED_FROM = 4  # letters
_LATIN_BEFORE, _LATIN_AFTER = r"(?<![A-Za-z0-9])", r"(?![A-Za-z0-9\u00c0-\u024f])"
_TITLES = (
    "씨|님|군|양|선생|박사|주무관|사무관|서기관|부이사관|이사관|연구사|연구관|지도사"
    "|과장|팀장|계장|국장|실장|본부장|단장"
)
_A_TITLE = "님"
_APART = r"[\s.*·_-]{1,2}"
"""Between letters that somebody set apart on purpose."""
_PARTICLES = (
    r"(?:이|가|은|는|을|를|의|와|과|도|만|께|랑|아|야|로|에|나)(?![가-힣])"
    r"|이가|이는|이를|이의|이도|이와|에게|에서|에의|께서|이랑|이나|이라|라고|라는|으로|보다|처럼|까지|부터|입니다|이다|이며|이고|이었|였|임(?![가-힣])"
)
_HANGUL_BEFORE = r"(?<![가-힣A-Za-z0-9])"
_HANGUL_AFTER = rf"(?=[^가-힣]|$|\s?(?:{_TITLES})|{_PARTICLES})"
_WITH_TITLE = rf"(?=\s?(?:{_TITLES}))"
_TWO_SYLLABLE_FAMILIES = frozenset(("남궁", "황보", "제갈", "사공", "선우", "서문", "독고", "동방", "망절"))
_EVERYDAY = (
    "지원 보안 정보 기술 수정 보수 성과 진행 주도 개선 정책 사업 운영 유지 예산 현장 시민 민원 가치 미래 신뢰 "
    "소통 보람 하나 우리 사랑 나라 한글 기준 시행 재정 수진 정책 정원 유신 연수 경영 영향 수준 인재 상세 주요 "
    "의견 지식 지도 공정 정의 용기 재민 은하 가을 여름 한결 진리 동기 상황 인지 소정 나눔 대로 이용 전자 선정 "
    "주민 성실 경제 영어 대화 성장 유리 세미 수영 정상 상태 정규 진주 인천 대전 대구 광주 제주 경기 강원 동안 "
    "미소 아름 나래 새롬 다운 이슬 여진 지수 선호 지정 정민 보호 주의 주제 주기 시기 시간 기록 기간 기대 고정"
)
"""Given names that are everyday words of an office: they go only before a title, or with the family name."""
_ORDINARY_WORDS = frozenset(_EVERYDAY.split())


def pattern_of(names: Iterable[str]) -> re.Pattern[str] | None:
    """What finds these names in a composed (NFC) text; None when there is nothing to look for."""
    return _names_pattern(tuple(unicodedata.normalize("NFC", name) for name in names))


def is_hidden_with(name: str, other: str) -> bool:
    """Tell whether whoever hides the name `other` hides `name` too, in every form in which it would be recognised.

    So it is when only capitals or spaces differ; not when a part of `name` would still be read.
    """
    pieces, pattern = unicodedata.normalize("NFC", name).split(), pattern_of((other,))
    if pieces == unicodedata.normalize("NFC", other).split():
        return True
    if pattern is None:
        return False
    ways = _ways(pieces)
    return not any(char.isalnum() for way in ways for char in pattern.sub("", way).removesuffix(_A_TITLE))


def _ways(pieces: list[str]) -> Iterator[str]:
    """Ways of writing a name that its own pattern finds."""
    yield " ".join(pieces)
    whole = "".join(pieces)
    if _is_hangul(whole):
        if len(whole) > _PART_FROM:
            family, given = _family_and_given(pieces)
            yield f"{given} {family}"
            if len(given) >= _PART_FROM:
                yield given + _A_TITLE
        return
    yield " ".join(pieces).lower()
    if len(pieces) > 1:
        yield " ".join(reversed(pieces))
        yield from (piece for piece in pieces if len(piece) >= _PART_FROM and (piece[0].isupper() or _is_hangul(piece)))


@lru_cache(maxsize=2048)
def _names_pattern(names: tuple[str, ...]) -> re.Pattern[str] | None:
    """Match whole names in any order, case and spacing, then parts as the account writes them.

    A part of a Latin name counts only with its capital ("Grace", not "grace"); a Hangul given name where a word
    begins and a particle, a title or nothing follows, so that ordinary words stay.
    """
    has_hangul = any(_is_hangul("".join(name.split())) for name in names)
    found: dict[str, None] = {}
    for name in names:
        pieces = [piece for piece in name.split() if any(map(str.isalnum, piece))]
        ways = _hangul(pieces) if _is_hangul("".join(pieces)) else _latin(pieces, loose=has_hangul)
        found.update(dict.fromkeys(ways))
    ordered = sorted(found, key=lambda way: (-len(way), way))
    return re.compile("|".join(f"(?:{way})" for way in ordered)) if ordered else None


def _hangul(pieces: list[str]) -> Iterator[str]:
    whole = "".join(pieces)
    spaced = r"\s?".join(whole)
    if len(whole) == 1:
        return
    if len(whole) == _PART_FROM:
        yield rf"{_HANGUL_BEFORE}{spaced}{_HANGUL_AFTER}"
        return
    yield spaced
    yield _APART.join(whole)
    family, given = _family_and_given(pieces)
    yield rf"{_HANGUL_BEFORE}{given}[\s,]{{1,2}}{family}{_HANGUL_AFTER}"
    if len(given) >= _PART_FROM:
        after = _WITH_TITLE if given in _ORDINARY_WORDS else _HANGUL_AFTER
        yield rf"{_HANGUL_BEFORE}{given}{after}"


def _family_and_given(pieces: list[str]) -> tuple[str, str]:
    whole = "".join(pieces)
    if len(pieces) > 1:
        return pieces[0], "".join(pieces[1:])
    cut = 2 if len(whole) > 3 and whole[:2] in _TWO_SYLLABLE_FAMILIES else 1
    return whole[:cut], whole[cut:]


def _latin(pieces: list[str], *, loose: bool) -> Iterator[str]:
    if sum(map(len, pieces)) < _PART_FROM:
        return
    orders = [pieces, pieces[::-1]]
    if len(pieces) > 2:
        orders += [[pieces[0], pieces[-1]], [pieces[-1], pieces[0]], [pieces[-1], *pieces[:-1]]]
    for order in orders:
        between = r"[\s,._-]{0,3}" if sum(map(len, order)) >= 8 else r"[\s,._-]{1,3}"
        for folded in dict.fromkeys((tuple(order), tuple(map(_plain, order)))):
            yield f"{_LATIN_BEFORE}(?i:{between.join(_open(piece, loose=loose) for piece in folded)}){_LATIN_AFTER}"
    for piece in pieces:
        if len(pieces) > 1:
            yield from _part(piece, loose=loose)
        yield from _disguised(piece)


def _disguised(piece: str) -> Iterator[str]:
    """A part of a Latin name with its letters set apart, or as a label of a domain: `hong.example.kr`."""
    if _is_hangul(piece):
        return
    for form in dict.fromkeys((piece, _plain(piece))):
        letters = [re.escape(char) for char in form if char.isalnum()]
        if len(letters) < _DISGUISED_FROM:
            continue
        yield f"{_LATIN_BEFORE}(?i:{_APART.join(letters)}){_LATIN_AFTER}"
        label = "".join(letters)
        yield rf"(?<![\w.@-])(?i:(?:[a-z0-9-]{{1,40}}\.){{0,3}}{label}(?:\.[a-z0-9-]{{2,40}}){{1,4}}){_LATIN_AFTER}"


def _part(piece: str, *, loose: bool) -> Iterator[str]:
    if len(piece) < _PART_FROM:
        return
    if _is_hangul(piece):
        yield rf"{_HANGUL_BEFORE}{piece}{_HANGUL_AFTER}"
    elif piece[:1].isupper():
        for form in dict.fromkeys((piece, piece.upper(), piece.title(), _plain(piece))):
            yield f"{_LATIN_BEFORE}{_open(form, loose=loose)}{_LATIN_AFTER}"


def _open(piece: str, *, loose: bool) -> str:
    """Syllables of a romanised name with a hyphen, a space or nothing between them."""
    if loose and "-" not in piece and len(piece) >= 5:
        return "-?".join(re.escape(letter) for letter in piece)
    return r"[\s-]?".join(re.escape(syllable) for syllable in piece.split("-"))


def _plain(piece: str) -> str:
    """Without accents."""
    return "".join(char for char in unicodedata.normalize("NFD", piece) if not unicodedata.combining(char))


def _is_hangul(text: str) -> bool:
    return bool(text) and all("가" <= char <= "힣" for char in text)


def forget() -> None:
    """Drop the patterns that this process made of people's names."""
    _names_pattern.cache_clear()
