"""Ten thousand odd texts, and a few very long ones: no exception, finite scores, the same bits twice (R16)."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from itertools import product

import pytest

from ml.matcher import SkillMatcher
from ml.schema import HeldSkill, OpportunityRecord, ProfileRecord, Ranked, RecordText, RequiredSkill
from tests.ml.records import asks, lexicon, people, posts
from tests.support.growth import assert_grows_linearly

MANY = 10_000
_WRITTEN = r"""
user·research 웹 접근성을 R, C++ C# .NET SQL R&D 데이터 분석을 관리자 한글 ㄱㅏㄱ 힣
's ’ `` -- —— / \ @ # $ % ^ &amp; <b> </script>
0 -1 1e309 NaN ٣ २ … ﷺ İ ẞ ǅ ﬁ ½ ㎏ ㍿ Ω 👩‍👩‍👧 🇰🇷 中文 日本語 русский العربية ไทย
"""
_UNSEEN = "\n \t \x00 \x07 \x1b[31m \xad \u200b \u200d \u2060 \ufeff \u202e \u2066 \U000e0001"
_HALVES = "\u0301 \u0323 \u1100 \u11a8 \ud800 \udfff"
PIECES = (*_WRITTEN.split(), *_UNSEEN.split(" "), *_HALVES.split(" "), "e\u0301", "A\u030a", "\u1100\u1161\u11a8", " ")
LEXICON = lexicon()


def odd_texts(seed: int) -> list[str]:
    """Short texts that nobody writes: pieces joined with and without spaces, and characters of the whole of Unicode."""
    chance = random.Random(seed)
    found = []
    for number in range(MANY):
        if number % 3:
            found.append(chance.choice(("", " ", "\n")).join(chance.choices(PIECES, k=chance.randint(0, 14))))
        else:
            found.append("".join(chr(chance.randrange(0x110000)) for _ in range(chance.randint(0, 24))))
    return found


def records(texts: list[str]) -> list[ProfileRecord]:
    skills = sorted(LEXICON.skill_ids)
    return [
        ProfileRecord(
            f"odd-{number}",
            "KR",
            (HeldSkill(skills[number % len(skills)], number % 5 or None, develop=number % 5 == 0),),
            (RecordText(("en", "ko", "")[number % 3], text), RecordText("en", "data pipelines for tax records")),
        )
        for number, text in enumerate(texts)
    ]


def ranks(matcher: SkillMatcher) -> dict[str, list[tuple[str, str, str]]]:
    return {
        post_id: [(row.id, row.score.hex(), float(row.combined or 0).hex()) for row in ranked]
        for post_id, ranked in matcher.rank_every_opportunity()
    }


def test_r16_ten_thousand_odd_texts_are_scored_without_an_exception() -> None:
    mine = records(odd_texts(1))
    odd_posts = [
        OpportunityRecord(f"post-{number}", "GB", asks(user_research=2), (RecordText("en", person.texts[0].text),))
        for number, person in enumerate(mine[:3])
    ]
    theirs = [*posts(), *odd_posts]
    matcher = SkillMatcher(lexicon=LEXICON, seed=b"odd").fit(mine, theirs)
    found = ranks(matcher)
    assert all(len(ranked) == MANY for ranked in found.values())
    for ranked in found.values():
        for _person, score, combined in ranked:
            assert 0 <= float.fromhex(score) <= 1
            assert math.isfinite(float.fromhex(combined))
    for person, post in zip(mine[::50], [*theirs] * 40, strict=False):
        explanation = matcher.explain(person.id, post.id)
        shares = sum(part.share for part in explanation.parts)
        assert shares == pytest.approx(explanation.score, abs=1e-6)


def test_same_input_same_bits_whatever_the_order() -> None:
    mine, theirs = records(odd_texts(2)[:1_500]), posts()
    one = SkillMatcher(lexicon=LEXICON, seed=b"odd").fit(mine, theirs)
    again = SkillMatcher(lexicon=LEXICON, seed=b"odd").fit(mine, theirs)
    turned = SkillMatcher(lexicon=LEXICON, seed=b"odd").fit(mine[::-1], theirs[::-1])
    first = ranks(one)
    assert ranks(again) == first
    assert ranks(turned) == first


LONG = 1_000_000
PATTERNS = {
    "one letter": "a",
    "one syllable": "가",
    "marks without letters": "\u0301\u0323",
    "a letter with marks": "a\u0301\u0323\u0327",
    "jamo": "ㄱㅏ",
    "conjoining jamo": "\u1100\u1161\u11a8",
    "invisible characters": "a\u200b\u200d",
    "look-alikes": "аbс ",
    "hyphens": "data-",
    "no full stop": "user research and data pipelines ",
    "many full stops": ". ",
    "many lines": "a\n",
    "numbers": "1234567890",
    "a link": "https://www.example.org/",
    "an address": "somebody@",
    "skills": "SQL R WCAG 웹 접근성 ",
    "surrogates": "\ud800",
    "spaces": " ",
}


@pytest.mark.parametrize("name", list(PATTERNS))
def test_r16_a_very_long_text_takes_work_in_proportion(name: str) -> None:
    matcher = SkillMatcher(lexicon=LEXICON).fit(people(), posts())

    def score(length: int) -> Ranked:
        text = PATTERNS[name] * (length // len(PATTERNS[name]))
        return matcher.score_pair(replace(people()[0], id="long", texts=(RecordText("en", text),)), posts()[0])

    ranked = score(LONG)
    assert 0 <= ranked.score <= 1
    assert ranked == score(LONG)
    assert_grows_linearly(score, LONG)


def test_a_higher_level_never_lowers_coverage() -> None:
    """Each skill of each person one level up, down to the part for skills."""
    matcher = SkillMatcher(lexicon=LEXICON).fit(people(), posts())
    for person, post in product(people(), posts()):
        before = matcher.explain_pair(person, post)
        for place, skill in enumerate(person.skills):
            for level in range((skill.level or 0) + 1, 5):
                raised = replace(skill, level=level)
                better = replace(person, skills=(*person.skills[:place], raised, *person.skills[place + 1 :]))
                after = matcher.explain_pair(better, post)
                values = [{part.code: part.value for part in told.parts} for told in (before, after)]
                assert all(values[1][code] >= value for code, value in values[0].items() if code.startswith("skills"))
                assert after.score >= before.score
                gaps = [{line.skill_id: line.short_by for line in told.skills} for told in (before, after)]
                assert all(gaps[1][skill_id] <= gap for skill_id, gap in gaps[0].items())


def test_a_requirement_said_twice_counts_once() -> None:
    post = posts()[0]
    twice = replace(post, skills=(*post.skills, *post.skills, RequiredSkill(post.skills[0].skill_id, 1, False)))
    matcher = SkillMatcher(lexicon=LEXICON).fit(people(), posts())
    for person in people():
        assert matcher.score_pair(person, twice).score == matcher.score_pair(person, post).score
