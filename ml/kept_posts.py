"""What is read of posts, kept between fits: posts change seldom, and reading one costs far more than scoring it.

Of posts only: nothing is kept of a person's texts.
"""

from __future__ import annotations

from functools import lru_cache

from ml.concepts import SkillLexicon
from ml.copying import repeated
from ml.features import Reading, read_texts
from ml.schema import RecordText, Span
from ml.traces import Traces

KEPT = 1_024  # posts; about 60 kB each for a long one


@lru_cache(maxsize=KEPT)
def reading(texts: tuple[RecordText, ...], limit: int, least_words: int, lexicon: SkillLexicon) -> Reading:
    """Return what a post's texts say."""
    return read_texts(texts, limit=limit, least_words=least_words, lexicon=lexicon)


@lru_cache(maxsize=KEPT)
def traces(texts: tuple[str, ...], names: tuple[str, ...]) -> Traces:
    """Return what may be taken from a post: its texts and the names of the skills that it asks for."""
    return Traces.of(texts, names)


@lru_cache(maxsize=KEPT)
def repeats(texts: tuple[str, ...]) -> tuple[Span, ...]:
    """Return what a post says again and again."""
    return tuple(repeated(texts).profile_spans)


def forget() -> None:
    """Drop what is kept."""
    for kept in (reading, traces, repeats):
        kept.cache_clear()
