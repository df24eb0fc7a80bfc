"""What is pasted, listed or repeated counts nothing in a score, and the explanation shows what was taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from ml.concepts import SkillLexicon
from ml.encoder import Vectors
from ml.matcher import SkillMatcher
from ml.meaning import Meaning, meaning_of
from ml.schema import OpportunityRecord, ProfileRecord, RecordText, RequiredSkill
from ml.sides import RecordKey
from tests.ml.test_copying import ENGLISH_PERSON, ENGLISH_POST, KOREAN_PERSON, KOREAN_POST

LEXICON = SkillLexicon([("mapping", "en", "journey mapping"), ("mapping", "ko", "고객 여정 분석")])
POSTS = [
    OpportunityRecord("en", "GB", (RequiredSkill("mapping", 2),), (RecordText("en", ENGLISH_POST),)),
    OpportunityRecord("ko", "KR", (RequiredSkill("mapping", 2),), (RecordText("ko", KOREAN_POST),)),
]


class LetterEncoder:
    """Counts letters: equal texts are equal, and that is all a test of copies needs."""

    name, dimensions = "letters 1", 512

    def encode(self, texts: Sequence[str]) -> Vectors:
        rows = np.zeros((len(texts), 512), dtype=np.float32)
        for row, text in enumerate(texts):
            for char in text:
                rows[row, ord(char) % 512] += 1
        return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9), dtype=np.float32)


def person(text: str) -> ProfileRecord:
    return ProfileRecord("me", "GB", texts=(RecordText("en", text),))


@pytest.fixture(scope="module")
def matcher() -> SkillMatcher:
    others = [replace(person(text), id=f"other{n}") for n, text in enumerate((ENGLISH_PERSON, KOREAN_PERSON))]
    meanings: dict[RecordKey, Meaning] = {
        ("opportunity", post.id): meaning_of(post.texts, LetterEncoder(), limit=40_000) for post in POSTS
    }
    return SkillMatcher(lexicon=LEXICON).fit(others, POSTS, meanings)


def scores(matcher: SkillMatcher, text: str) -> dict[str, float]:
    profile = person(text)
    meaning = meaning_of(profile.texts, LetterEncoder(), limit=20_000)
    return {item.id: item.score for item in matcher.rank_fresh(profile, meaning=meaning)}


@pytest.mark.parametrize(("honest", "post"), [(ENGLISH_PERSON, "en"), (KOREAN_PERSON, "ko")])
def test_pasting_a_post_changes_nothing_of_its_score(matcher: SkillMatcher, honest: str, post: str) -> None:
    text = {item.id: item.texts[0].text for item in POSTS}[post]
    assert scores(matcher, f"{honest}\n{text}")[post] == pytest.approx(scores(matcher, honest)[post], abs=0.02)


@pytest.mark.parametrize("term", ["journey mapping", "고객 여정 분석", "licensing"])
def test_repeating_a_term_gains_nothing_over_naming_it_once(matcher: SkillMatcher, term: str) -> None:
    never, once, often = (
        {item.id: item.score for item in matcher.rank_fresh(person(f"{ENGLISH_PERSON}\n{' '.join([term] * times)}"))}
        for times in (0, 1, 500)
    )
    assert often == never
    assert all(often[post] <= once[post] + 0.01 for post in once)


def test_the_explanation_shows_what_was_taken_and_gives_it_no_share(matcher: SkillMatcher) -> None:
    profile = person(f"{ENGLISH_PERSON}\n{ENGLISH_POST}")
    meaning = meaning_of(profile.texts, LetterEncoder(), limit=20_000)
    told = matcher.explain_fresh(profile, ["en"], meaning=meaning)[0]
    taken = [profile.texts[0].text[span.start : span.end] for span in told.copied_spans]
    assert "map the whole journey" in " ".join(taken)
    assert told.copied_share > 0.4
    places = [span for part in (told.terms, told.concepts, told.skills) for item in part for span in item.profile_spans]
    places += [item.profile_span for item in told.passages]
    assert not any(span.start < copy.end and copy.start < span.end for span in places for copy in told.copied_spans)
    assert told.score == pytest.approx(sum(part.share for part in told.parts), abs=1e-6)
    assert told.score == {item.id: item.score for item in matcher.rank_fresh(profile, meaning=meaning)}["en"]


def test_fitted_and_fresh_pairs_score_alike(matcher: SkillMatcher) -> None:
    copier = person(f"{ENGLISH_PERSON}\n{ENGLISH_POST}")
    fitted = SkillMatcher(lexicon=LEXICON).fit([copier], POSTS)
    fresh = {item.id: item.score for item in fitted.rank_fresh(copier)}
    assert fitted.rank_profiles("en")[0].score == fresh["en"] == fitted.explain("me", "en").score
    assert fitted.explain("me", "ko").copied_spans == ()
