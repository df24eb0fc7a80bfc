"""Every code that the matcher can give has words, and they show the same facts in any language."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import product

import pytest
from flask import Flask

from ml.concepts import SkillLexicon
from ml.eligibility import RULES, WISHES, check_eligibility, check_wishes
from ml.growth import growth
from ml.matcher import SkillMatcher
from ml.params import BANDS, MatcherParams
from ml.schema import (
    HeldSkill,
    LanguageAbility,
    OpportunityRecord,
    PassageShare,
    ProfileRecord,
    RecordText,
    RequiredSkill,
    Span,
    TermShare,
)
from ml.what_if import what_if
from models.types import Country
from talent.i18n import in_language
from talent.matching import advice, explanations, growth_words, quotes, rule_words
from talent.matching.explanations import BandView
from talent.matching.reference_names import ReferenceNames

NAMES = ReferenceNames({}, {}, {}, {}, {}, {}, {}).between(Country.GB, Country.KR)
SILENT = ProfileRecord("p", "GB")
SPEAKING = ProfileRecord(
    "p",
    "GB",
    kinds=frozenset({"secondment"}),
    available_from=date(2027, 1, 1),
    lengths=frozenset({"3_to_6_months"}),
    working_patterns=frozenset({"part_time"}),
    work_modes=frozenset({"remote"}),
    wished_regions=frozenset({"KR-11"}),
    role_families=frozenset({"data"}),
    languages=(LanguageAbility("ko", 2, 3),),
    grade_order=6,
    active=False,
    shown_abroad=False,
    taking_part=False,
)
POSTS = [
    OpportunityRecord("o", "KR"),
    OpportunityRecord("o", "GB", audience="abroad", open=False),
    OpportunityRecord("o", "KR", audience="home"),
    *(
        OpportunityRecord(
            "o",
            "KR",
            working_language="ko",
            speaking=4,
            reading=2,
            interpreter=interpreter,
            kind="study_visit",
            start_earliest=date(2026, 1, 1),
            start_latest=latest,
            length_months=12,
            working_pattern="full_time",
            work_mode="on_site",
            region="KR-26",
            role_family="delivery",
            grade_min_order=least,
            grade_max_order=most,
        )
        for interpreter, latest, (least, most) in product(
            (False, True), (None, date(2026, 2, 1)), ((4, None), (None, 5), (4, 5), (5, 5))
        )
    ),
]


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_rule_and_wish_has_words(session_app: Flask, language: str) -> None:
    with session_app.test_request_context(), in_language(language):
        for profile, post in product((SILENT, SPEAKING), POSTS):
            views = [rule_words.rule_view(rule, NAMES) for rule in check_eligibility(profile, post)]
            views += [rule_words.rule_view(rule, NAMES, wish=True) for rule in check_wishes(profile, post)]
            assert [view.code for view in views] == [rule.code for rule in (*RULES, *WISHES)]
            for view in views:
                assert view.name
                assert view.outcome_text
                assert view.detail.strip()
                assert "%(" not in view.detail


def test_dates_and_levels_are_written_for_the_reader(session_app: Flask) -> None:
    with session_app.test_request_context():
        rules = {rule.code: rule for rule in check_eligibility(SPEAKING, POSTS[3])}
        with in_language("en"):
            assert rule_words.rule_view(rules["dates"], NAMES).detail == (
                "Available: from 1 January 2027. Start of the post: from 1 January 2026."
            )
            assert "B2 asked for, A2 held" in rule_words.rule_view(rules["minimum_language"], NAMES).detail
            assert rule_words.rule_view(rules["grade"], NAMES).detail.endswith("so the host decides.")
        with in_language("ko"):
            assert "2027년 1월 1일" in rule_words.rule_view(rules["dates"], NAMES).detail


def test_every_band_part_and_reason_has_words(session_app: Flask) -> None:
    assert set(explanations.PARTS) == set(MatcherParams().weights)
    assert set(growth_words.PARTS) >= set(MatcherParams().growth_parts)
    with session_app.test_request_context():
        for band in BANDS:
            assert BandView.of(band).text


def test_three_lists_and_a_quotation(session_app: Flask) -> None:
    mine = "Last year was quiet. I led accessibility audits of forms. Then I moved on."
    profile = ProfileRecord(
        "p",
        "GB",
        skills=(HeldSkill("shown", 3, evidence=True), HeldSkill("told", 3), HeldSkill("low", 1, develop=True)),
        texts=(RecordText("en", mine),),
    )
    post = OpportunityRecord(
        "o", "KR", skills=tuple(RequiredSkill(name, 3) for name in ("shown", "told", "low", "accessibility", "none"))
    )
    matcher = SkillMatcher(lexicon=SkillLexicon([("accessibility", "en", "accessibility")])).fit([profile], [post])
    with session_app.test_request_context(), in_language("en"):
        view = explanations.view(matcher.explain("p", "o"), NAMES, mine=[mine])
    assert [row.skill_id for row in view.evidenced] == ["shown"]
    assert {row.skill_id for row in view.stated} == {"told", "accessibility"}
    assert {row.skill_id: row.develop for row in view.gaps} == {"low": True, "none": False}
    quote = next(row.mine for row in view.stated if row.skill_id == "accessibility")
    assert quote is not None
    assert (quote.before, quote.mark, quote.after) == ("I led ", "accessibility", " audits of forms.")
    assert "2 levels short" in next(row.sentence for row in view.gaps if row.skill_id == "low")


def test_every_reason_for_no_growth_has_words(session_app: Flask) -> None:
    with session_app.test_request_context():
        for profile, post in product((SILENT, SPEAKING, WISHING), (*POSTS, ASKING)):
            found = growth(profile, post, MatcherParams())
            if found is not None:
                shown = growth_words.growth_view(found, NAMES)
                assert len(shown.parts) + len(shown.not_applicable) == len(MatcherParams().growth_parts)
                assert all(name and reason for name, reason in shown.not_applicable)
                assert "%" not in shown.fullness


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_change_has_words(session_app: Flask, language: str) -> None:
    codes = set()
    with session_app.test_request_context(), in_language(language):
        for profile, post in product((SPEAKING, replace(SPEAKING, available_to=date(2027, 2, 1))), POSTS):
            found = what_if(profile, post, lambda variants: [0.1 for _ in variants], MatcherParams())
            shown = advice.advice_view(found, NAMES)
            for row in (*shown.admits, *shown.needed):
                codes.add(row.code)
                assert row.sentence
                assert "%(" not in row.sentence
        skill = advice.advice_view(
            what_if(
                replace(WISHING, skills=(*WISHING.skills, HeldSkill("stated", 1), HeldSkill("unstated"))),
                ASKING,
                lambda variants: [0.1, *(0.4 for _ in variants[1:])],
                MatcherParams(),
            ),
            NAMES,
        )
    assert codes >= {"kind", "dates", "length", "working_pattern", "minimum_language", "taking_part", "profile_active"}
    assert {row.code for row in skill.moves} == {"skill"}
    assert len({row.sentence for row in skill.moves}) == len(skill.moves) == 3


def test_a_whole_text_keeps_every_character_and_marks_what_was_found() -> None:
    text = "I audited forms. You will audit forms with us. Nothing else."
    spans = {word: text.index(word) for word in ("audited", "You will", "forms")}
    term = TermShare("audited", 0.1, (Span(0, spans["audited"], spans["audited"] + 7),), ())
    pair = PassageShare(Span(0, 0, 16), Span(0, 0, 16), 0.9, 0.2)
    copied = Span(0, spans["You will"], 46)
    outside = Span(0, 50, 4_000)
    explanation = replace(
        EXPLAINED, terms=(term,), passages=(pair, replace(pair, profile_span=outside)), copied_spans=(copied,)
    )
    (shown,) = quotes.marked_profile(explanation, [text], ["Experience"])
    assert "".join(piece.text for block in shown.blocks for piece in block.pieces) == text
    numbered = next(block for block in shown.blocks if block.numbers)
    assert numbered.numbers == (1,)
    assert "".join(piece.text for piece in numbered.pieces) == "I audited forms."
    assert [piece.text for piece in numbered.pieces if piece.is_word] == ["audited"]
    taken = next(block for block in shown.blocks if block.is_copied)
    assert "".join(piece.text for piece in taken.pieces) == "You will audit forms with us."
    assert quotes.marked_profile(explanation, [""], ["Experience"]) == []


def test_the_host_gets_no_second_result_and_no_flag(session_app: Flask) -> None:
    with session_app.test_request_context():
        whole = explanations.view(replace(EXPLAINED, copied_spans=(Span(0, 0, 5),)), NAMES, mine=["Words of theirs"])
    assert whole.growth is not None
    assert whole.copied
    host = whole.for_host()
    assert (host.growth, host.has_growth, host.copied, host.my_texts, host.their_texts) == (None, False, [], [], [])
    assert host.band == whole.band


WISHING = ProfileRecord("p", "GB", skills=(HeldSkill("new", develop=True), HeldSkill("held", 3, develop=True)))
ASKING = OpportunityRecord("o", "KR", skills=tuple(RequiredSkill(name, 3) for name in ("new", "stated", "unstated")))
EXPLAINED = SkillMatcher().fit([WISHING], [ASKING]).explain("p", "o")
