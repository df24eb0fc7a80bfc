"""Ranking a few named records gives, to the last bit, what ranking everybody gives them."""

from __future__ import annotations

import pytest

from ml.matcher import SkillMatcher
from tests.ml import records


@pytest.fixture(scope="module")
def matcher() -> SkillMatcher:
    return SkillMatcher(lexicon=records.lexicon()).fit(records.people(), records.posts())


def test_people_among_whom_a_post_is_ranked(matcher: SkillMatcher) -> None:
    for post in records.posts():
        everybody = matcher.rank_profiles(post.id)
        some = [row.id for row in everybody][::2]
        assert matcher.rank_profiles_among(post.id, some[::-1]) == everybody[::2]
        assert matcher.rank_profiles_among(post.id, []) == []


def test_posts_among_which_a_person_is_ranked(matcher: SkillMatcher) -> None:
    for person in records.people():
        every_post = matcher.rank_opportunities(person.id)
        some = [row.id for row in every_post][1:]
        assert matcher.rank_opportunities_among(person.id, some) == every_post[1:]


def test_unknown_ids_are_refused(matcher: SkillMatcher) -> None:
    with pytest.raises(KeyError):
        matcher.rank_profiles_among(records.posts()[0].id, ["nobody"])
    with pytest.raises(KeyError):
        matcher.rank_opportunities_among("nobody", [])
