"""Explaining fitted posts for somebody who is not fitted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ml.matcher import SkillMatcher
from ml.traces import Term, Unit, read_words
from tests.ml.records import ENGLISH_RESEARCH_POST, KOREAN_RESEARCH, lexicon, people, post, posts, profile


def test_the_same_as_explaining_each_pair() -> None:
    matcher = SkillMatcher(lexicon=lexicon()).fit((), posts())
    ids = [advert.id for advert in reversed(posts())]
    for person in people():
        wanted = [matcher.explain_pair(person, advert) for advert in reversed(posts())]
        assert matcher.explain_fresh(person, ids) == wanted


def test_nothing_is_kept_of_the_profile() -> None:
    matcher = SkillMatcher(lexicon=lexicon()).fit((), posts())
    matcher.explain_fresh(people()[0], [posts()[0].id])
    before = matcher.marks_.cache_info().currsize
    for person in people():
        matcher.explain_fresh(person, [posts()[0].id])
        matcher.explain_pair(person, posts()[0])
    assert matcher.marks_.cache_info().currsize == before


def test_an_unknown_post_is_refused() -> None:
    with pytest.raises(KeyError):
        SkillMatcher().fit((), posts()).explain_fresh(people()[0], ["nobody"])


def test_a_language_that_no_post_is_in_is_not_called_too_short() -> None:
    advert = post("advert", ENGLISH_RESEARCH_POST)
    matcher = SkillMatcher(lexicon=lexicon()).fit((), [advert])
    (explanation,) = matcher.explain_fresh(profile("person", KOREAN_RESEARCH), [advert.id])
    assert ("text", "no_common_language") in [(part.code, part.reason) for part in explanation.not_applicable]


def test_a_long_text_is_taken_apart_once_for_all_posts() -> None:
    """Else the 20,000 characters of one person cost their page seconds: each of ten posts is compared with them."""
    matcher = SkillMatcher(lexicon=lexicon()).fit((), posts())
    read: list[str] = []

    def reading(text: str) -> tuple[list[Unit], list[Term]]:
        read.append(text)
        return read_words(text)

    matcher.uncopied_ = replace(matcher.uncopied_, read=reading)
    for _time in range(2):
        read.clear()
        matcher.explain_fresh(people()[0], [advert.id for advert in posts()])
        assert len(posts()) > 1
        assert read, "nothing is remembered from one call to the next"
        assert len(read) == len(set(read))
