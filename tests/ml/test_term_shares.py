"""Which words an explanation shows: readable, in their places, whatever the vectors are made of."""

from __future__ import annotations

import unicodedata

import pytest

from ml.concepts import SkillLexicon
from ml.features import TermVectorizer, tokens
from ml.params import MatcherParams
from ml.schema import RecordText, TermShare
from ml.term_shares import Marks, share_terms
from ml.text import language_of, normalise

OTHERS = ("Baked bread for a village market every morning.", "마을 장터에서 아침마다 빵을 구워 팔았습니다.")


def explained(mine: str, theirs: str, *more: str) -> tuple[dict[str, TermShare], float, float]:
    """Return the terms by name, the share of the others, and the cosine that all were shared out from."""
    language = language_of(normalise(mine))
    assert language is not None
    documents = [tokens(text) for text in (mine, theirs, *more, *OTHERS)]
    vectorizer = TermVectorizer().fit(documents)
    rows = vectorizer.transform(documents)
    places = [
        Marks((RecordText(language, text),), 1_000_000, SkillLexicon(())).places(language) for text in (mine, theirs)
    ]
    terms, others = share_terms((rows[0], rows[1]), (places[0], places[1]), vectorizer, 1.0, MatcherParams())
    cosine = float((rows[0] @ rows[1].T).toarray()[0, 0])
    return {term.term: term for term in terms}, others, cosine


def places(text: str, term: TermShare, *, post: bool = False) -> list[str]:
    spans = term.opportunity_spans if post else term.profile_spans
    return [text[span.start : span.end] for span in spans]


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("Managing risks, I managed budgets and risk registers.", "Manage the risks of a budget."),
        ("공공데이터분석팀에서 자료를 분석하고 국민을 도와 개선했습니다.", "데이터 분석으로 국민을 돕고 개선할 분"),
        ("API를 설계하고 R로 통계를 냈습니다.", "통계 API 설계, R 활용"),
    ],
)
def test_shares_add_up_to_the_cosine(mine: str, theirs: str) -> None:
    terms, others, cosine = explained(mine, theirs)
    assert cosine > 0.1
    assert sum(term.share for term in terms.values()) + others == pytest.approx(cosine, abs=1e-9)


def test_a_stem_is_shown_as_the_profile_mostly_writes_it_with_all_its_places() -> None:
    mine = "Designing services. I designed forms, then designed letters with designers."
    theirs = "Design of services"
    terms, _, _ = explained(mine, theirs)
    assert "design" not in terms
    assert places(mine, terms["designed"]) == ["Designing", "designed", "designed", "designers"]
    assert places(theirs, terms["designed"], post=True) == ["Design"]
    assert places(mine, terms["services"]) == ["services"]


def test_morphemes_of_a_compound_stand_where_they_are() -> None:
    mine = unicodedata.normalize("NFD", "우리는 공공데이터분석팀에서 일했습니다")
    theirs = "자료 분석과 데이터 관리"
    terms, _, _ = explained(mine, theirs)
    for name in ("데이터", "분석"):
        assert [unicodedata.normalize("NFC", found) for found in places(mine, terms[name])] == [name]
        assert places(theirs, terms[name], post=True) == [name]


def test_a_verb_is_shown_and_marked_with_its_ending() -> None:
    mine, theirs = "어르신을 도와 민원을 해결했습니다", "민원인을 돕는 자리"
    terms, _, _ = explained(mine, theirs)
    assert places(mine, terms["도와"]) == ["도와"]
    assert places(theirs, terms["도와"], post=True) == ["돕는"]


def test_a_pair_in_the_other_order_is_found_on_both_sides() -> None:
    mine, theirs = "I led user research in hospitals", "planning research with users across sites"
    terms, _, _ = explained(mine, theirs)
    assert places(mine, terms["user research"]) == ["user research"]
    assert places(theirs, terms["user research"], post=True) == ["research with users"]


def test_what_characters_earn_goes_to_words_and_points_at_relatives() -> None:
    mine, theirs = "maintained cybersecurity tooling", "a post about security of cyber networks"
    terms, _, _ = explained(mine, theirs)
    assert places(theirs, terms["cybersecurity"], post=True) == ["security", "cyber"]
