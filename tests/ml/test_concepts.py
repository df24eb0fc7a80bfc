from __future__ import annotations

import unicodedata

import pytest

from ml.concepts import SkillLexicon, propose_skills
from tests.ml.records import lexicon
from tests.support.growth import assert_grows_linearly

LEXICON = lexicon()


def found(text: str) -> set[str]:
    return {skill_id for mention in LEXICON.find(text) for skill_id in mention.skill_ids}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ran User  Research\nweekly", {"user-research"}),
        ("wrote a user story a day", {"user-research"}),
        ("user-centered design", {"service-design"}),
        ("user centred design", {"service-design"}),
        ("program organization", {"service-design"}),
        ("웹접근성 진단", {"accessibility"}),
        ("웹 접근성을 높였다", {"accessibility"}),
        ("사용자조사와 서비스디자인", {"user-research", "service-design"}),
        ("공공데이터분석팀에서 근무", {"data-science"}),
        ("SQL을 쓰고", {"data-engineering", "data-science"}),
        ("애자일·린 실천", {"agile"}),
        ("업무 분석을 담당", {"analysis"}),
        ("웹 접근성업무를 맡아", {"accessibility"}),
        ("웹\u3000접근성\n담당자로서", {"accessibility"}),
        ("서비스 디자인자", {"service-design"}),
    ],
)
def test_a_skill_is_recognised_as_people_write_it(text: str, expected: set[str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "the accessibilityx of research",
        "어린이를 위한 사업",
        "분석가능성 없는 기린",
        "sea and tea",
        "ea",
        "sparks of an idea, spark joy",
        "please lean on me",
        "R. Hong wrote it",
        "our R&D programme",
        "vitamin R-squared",
    ],
)
def test_part_of_another_word_is_no_mention(text: str) -> None:
    assert found(text) == set()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Statistics in R, Python and SQL", {"data-science", "data-engineering"}),
        ("R을 이용한 통계 분석", {"data-science", "analysis"}),
        ("jobs in Spark", {"data-engineering"}),
        ("EA 수립", {"architecture"}),
        ("lean and agile methods", {"agile"}),
    ],
)
def test_a_short_or_everyday_name_counts_in_its_company_or_capitals(text: str, expected: set[str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("C언어로 개발", ["C"]),
        ("C, R 프로그래밍", ["C", "R"]),
        ("통계 프로그램은 R로, 나머지는 Ｃ로", ["R", "Ｃ"]),
        ("R·Python과 R/C 코딩", ["R", "R", "C"]),
        ("C++ 언어와 R&D 분석", []),
        ("가나다(C) 순서로 앉았다", []),
    ],
)
def test_skills_of_one_letter_are_found_in_korean_however_it_is_stored(text: str, expected: list[str]) -> None:
    letters = SkillLexicon([("c", "en", "C"), ("r", "en", "R")])
    for stored in (text, unicodedata.normalize("NFD", text)):
        assert [stored[mention.start : mention.end] for mention in letters.find(stored)] == expected


def test_the_longest_mention_wins() -> None:
    assert [mention.alias for mention in LEXICON.find("data analysis, then analysis")] == ["data analysis", "analysis"]


def test_a_shared_alias_names_all_its_skills() -> None:
    (mention,) = LEXICON.find("SQL")
    assert mention.skill_ids == ("data-engineering", "data-science")


def test_a_mention_points_at_what_was_typed() -> None:
    text = unicodedata.normalize("NFD", "우리는 웹 접근성을") + " and us\u200ber research!"
    spans = [unicodedata.normalize("NFC", text[mention.start : mention.end]) for mention in LEXICON.find(text)]
    assert spans == ["웹 접근성", "us\u200ber research"]


def test_the_order_of_rows_plays_no_part() -> None:
    rows = [("a", "en", "data analysis"), ("b", "en", "data analysis"), ("c", "ko", "분석")]
    one, other = SkillLexicon(rows), SkillLexicon(reversed(rows))
    assert one.find("data analysis 분석") == other.find("data analysis 분석")
    assert one.sha256 == other.sha256
    assert one.sha256 != SkillLexicon(rows[:2]).sha256


def test_odd_rows_are_harmless() -> None:
    odd = SkillLexicon([("a", "en", ""), ("b", "ko", " · "), ("c", "en", "\ud800"), ("d", "xx", "x" * 5000)])
    assert odd.find("anything " + "x" * 5000)[0].skill_ids == ("d",)
    assert SkillLexicon([]).find("text") == []


def test_proposals_come_best_supported_first_with_their_places() -> None:
    text = "WCAG audits and accessibility training. SQL. User research."
    proposals = propose_skills(text, LEXICON, 3)
    assert [proposal.skill_id for proposal in proposals][:2] == ["accessibility", "user-research"]
    assert len(proposals) == 3
    assert (proposals[0].count, proposals[0].names) == (2, 2)
    assert [text[mention.start : mention.end] for mention in proposals[0].mentions] == ["WCAG", "accessibility"]


def test_an_everyday_word_supports_a_skill_less_than_a_term_of_the_trade() -> None:
    rows = [("strategy", "en", "vision"), ("cloud", "en", "AWS"), ("both", "en", "SQL"), ("other", "en", "SQL")]
    proposals = propose_skills("A vision of SQL in AWS", SkillLexicon(rows), 10)
    strengths = {proposal.skill_id: proposal.mentions[0].strength for proposal in proposals}
    assert strengths == {"cloud": 1, "strategy": 0.5, "both": 0.5, "other": 0.5}
    assert proposals[0].skill_id == "cloud"


@pytest.mark.parametrize("pattern", ["r ", "user ", "데이터", "데이터분석", "lean ", "(", "- "])
def test_mentions_are_found_in_linear_time(pattern: str) -> None:
    assert_grows_linearly(lambda length: LEXICON.find((pattern * length)[:length]), 160_000)
