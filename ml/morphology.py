"""What a word is made of: the stem of an English word, the meaningful morphemes of a Korean one.

A word is read on its own, apart from its neighbours: the same word gives the same terms in every text, so that what was
read can be kept and found again. Korean is read by Kiwi; where that cannot be imported, particles and verb endings are
stripped instead. Both analysers are loaded at the first word that needs them, and one thread at a time uses them.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import import_module
from threading import RLock
from typing import Any, NamedTuple

from ml.text import is_hangul, strip_ending

_KEPT = 65_536  # words remembered: a corpus repeats its words, and a Korean word costs Kiwi 40 µs
_LONGEST_KEPT = 64  # characters; longer ones are no words, and would fill the memory
_LONGEST_STEMMED = 48  # letters; nothing longer is an English word
_KEPT_PIECES = 8_192  # pieces of runs too long to be words
_LONGEST_RUN = 32  # syllables given to Kiwi at once, whose time on one odd run would grow faster than its length

# Common and proper nouns, verbs, adjectives, roots and general adverbs. Bound nouns, numerals, pronouns, determiners,
# auxiliaries, particles, endings and affixes mean nothing alone.
_NOUNS = frozenset({"NNG", "NNP", "XR", "MAG"})
_VERBS = frozenset({"VV", "VA"})
_AFFIXES = frozenset({"XPN", "XSN"})  # belong to the word, and are no term of their own
_PLURAL = "들"
_LIGHT = "하 되 있 없 위하 통하 대하 관하 의하 따르 가지 갖 같 이러하 그러하 그렇 이렇 또 더 잘 및"
_NO_TERMS = frozenset(_LIGHT.split())
_BARE_PARTICLES = frozenset("을를은는의에와및등들적")  # typed apart from their noun, Kiwi takes some for nouns
# Loan words of the trade that Kiwi would take for Korean verbs or cut at odd places.
_LOAN_WORDS = """
도커 애자일 백엔드 프론트엔드 풀스택 데브옵스 깃랩 젠킨스 테라폼 앤서블 스파크 카프카 리액트 스프링 레디스
메타데이터 대시보드 로드맵 백로그 스프린트 프로토타입 와이어프레임 페르소나 유스케이스 거버넌스 온보딩 마이그레이션
클라우드 파이프라인 머신러닝 딥러닝 챗봇
"""
_LOCK = RLock()
_log = logging.getLogger(__name__)


class Morpheme(NamedTuple):
    """A term and where it stands in its word."""

    form: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class WordParts:
    """A word taken apart: its terms, and the part of it from `start` to `end` that is left without particles."""

    terms: tuple[Morpheme, ...]
    start: int
    end: int

    def stripped(self, word: str) -> str:
        """Return the part of the word that is left without particles."""
        return word[self.start : self.end]


def word_parts(word: str) -> WordParts:
    """Take apart a word of normalised text. A word without a meaning of its own has no terms."""
    return _kept_parts(word) if len(word) <= _LONGEST_KEPT else _parts(word)


@lru_cache(maxsize=_KEPT)
def _kept_parts(word: str) -> WordParts:
    return _parts(word)


def _parts(word: str) -> WordParts:
    if is_hangul(word[0]):
        return _korean_parts(word)
    return WordParts((Morpheme(english_stem(word), 0, len(word)),), 0, len(word))


def english_stem(word: str) -> str:
    """Return the stem of a lower-case word, by the second edition of Porter's algorithm; "c++" and "r&d" stay whole."""
    if len(word) > _LONGEST_STEMMED or not word.isalpha():
        return word
    with _LOCK:
        return str(_stemmer().stemWord(word))


def korean_morphemes(normalised_run: str) -> list[tuple[str, int, int]]:
    """Return the morphemes with a meaning in a run of Hangul, each with its start and end in the run.

    A verb or an adjective comes in its dictionary form without 다, and stands for all of the run: its ending may have
    melted into it.
    """
    return [(term.form, term.start, term.end) for term in _korean_parts(normalised_run).terms]


def analyser() -> str:
    """Return the name and version of what reads Korean: "kiwi …", or "particles" where Kiwi cannot be loaded."""
    with _LOCK:
        return "particles" if _kiwi() is None else f"kiwi {import_module('kiwipiepy').__version__}"


def forget() -> None:
    """Drop what was kept of words read so far: a person's words go with the person."""
    _kept_parts.cache_clear()
    _analysed_piece.cache_clear()
    with _LOCK:
        _stemmer.cache_clear()  # it keeps words of its own


def _korean_parts(run: str) -> WordParts:
    with _LOCK:
        kiwi = _kiwi()
        if kiwi is None:
            return _without_ending(run)
        tokens = list(_tokens(run, kiwi))
    terms = []
    bounds: list[tuple[int, int]] = []
    for form, tag, start, end in tokens:
        if tag in _VERBS and form not in _NO_TERMS:
            terms.append(Morpheme(form, 0, len(run)))
        elif tag in _NOUNS and form not in _NO_TERMS and run not in _BARE_PARTICLES:
            terms.append(Morpheme(form, start, end))
        elif tag not in _AFFIXES or form == _PLURAL:
            continue
        bounds.append((start, end))
    if not terms:
        return WordParts((), 0, len(run))
    return WordParts(tuple(terms), min(start for start, _ in bounds), max(end for _, end in bounds))


def _tokens(run: str, kiwi: Any) -> Iterator[tuple[str, str, int, int]]:
    read = _analysed_piece if len(run) > _LONGEST_KEPT else _analysed
    for offset in range(0, len(run), _LONGEST_RUN):
        for form, tag, start, end in read(run[offset : offset + _LONGEST_RUN], kiwi):
            yield form, tag, offset + start, offset + end


def _analysed(piece: str, kiwi: Any) -> tuple[tuple[str, str, int, int], ...]:
    return tuple((token.form, token.tag.partition("-")[0], token.start, token.end) for token in kiwi.tokenize(piece))


@lru_cache(maxsize=_KEPT_PIECES)
def _analysed_piece(piece: str, kiwi: Any) -> tuple[tuple[str, str, int, int], ...]:
    """Keep what was read of long runs too: the same text is read several times while a page is made."""
    return _analysed(piece, kiwi)


def _without_ending(run: str) -> WordParts:
    if run in _BARE_PARTICLES:
        return WordParts((), 0, len(run))
    stem = strip_ending(run)
    return WordParts((Morpheme(stem, 0, len(stem)),), 0, len(stem))


@cache
def _stemmer() -> Any:
    return import_module("Stemmer").Stemmer("english")


@cache
def _kiwi() -> Any:
    """Load Kiwi, or return None.

    It takes a second and 240 MB, which processes forked later share. Its dictionaries of names and of typing errors
    stay out: they double both, and bring nothing for the texts we read.
    """
    left_out = {"load_default_dict": False, "load_multi_dict": False, "load_typo_dict": False}
    try:
        kiwi = import_module("kiwipiepy").Kiwi(num_workers=1, **left_out)
    except (ImportError, OSError) as error:
        _log.warning("Kiwi cannot be loaded, so only particles are stripped from Korean words: %s", error)
        return None
    for word in _LOAN_WORDS.split():
        kiwi.add_user_word(word, "NNP")
    return kiwi
