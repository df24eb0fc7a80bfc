"""The private ranking: For you, why not the others, and one post's explanation, in both languages."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import MatchSuggestion, OpportunityText, ProfileSkill, User, utc_now
from models.types import Audience, Country, Language, OpportunityStatus, ProfileStatus, TextState
from talent.db import transaction
from talent.matching import meanings
from tests.support import build
from tests.support import build_matching as matching
from tests.support.page import Visitor


@pytest.fixture
def person(session: Session) -> User:
    return build.civil_servant(session)


def test_for_you_ranks_open_posts_and_says_why(session: Session, sign_in: Any, person: User) -> None:
    matching.profile(session, person=person, skills={"data-modelling": 3, "data-governance": 2})
    matching.opportunity(session, title="Gardener of the royal parks", text="Roses.", skills={"user-focus": 4})
    matching.opportunity(session, title="Data architect", skills={"data-modelling": 3, "data-governance": 4})
    page = sign_in(person).page("matching.for_you")
    assert page.text.index("Data architect") < page.text.index("Gardener of the royal parks")
    assert "Strong match" in page.text
    assert "Weak match" in page.text
    assert "2 levels short. Held: Working. Asked for: Expert." in page.text
    assert "Not in the profile. Asked for: Expert." in page.text
    assert "Not stated: Kind of exchange" in page.text
    assert "it is not a suggestion" in page.text
    assert "%" not in page.text
    assert session.scalar(select(func.count()).select_from(MatchSuggestion)) == 0


def test_for_you_without_a_profile_leads_to_it(sign_in: Any, person: User) -> None:
    page = sign_in(person).page("matching.for_you")
    assert "You have no profile yet" in page.text
    assert "/profile" in page.links()["Start your profile"]


def test_for_you_says_when_the_profile_is_not_active(session: Session, sign_in: Any, person: User) -> None:
    matching.profile(session, person=person, status=ProfileStatus.DRAFT, agreed=False)
    matching.opportunity(session, title="Data architect")
    page = sign_in(person).page("matching.for_you")
    assert "Your profile is not active" in page.text
    assert "Data architect" in page.text


def test_for_you_with_no_open_post(session: Session, sign_in: Any, person: User) -> None:
    matching.profile(session, person=person)
    matching.opportunity(session, status=OpportunityStatus.CLOSED)
    matching.opportunity(session, closes_in=-3)
    assert "No open post fits your profile" in sign_in(person).page("matching.for_you").text


def test_for_you_others_names_the_rules_that_fail(session: Session, sign_in: Any, person: User) -> None:
    matching.profile(session, person=person, kinds=["job_shadowing"], available_from=date(2027, 9, 1))
    late = date(2027, 3, 1)
    matching.opportunity(session, title="Too early", kind="secondment", start_earliest=late, start_latest=late)
    matching.opportunity(session, title="Own country only", audience=Audience.HOME, kind="job_shadowing")
    home = build.organisation(session)
    with transaction(session):
        session.merge(person).organisation_id = home.id
    visitor = sign_in(person)
    assert "2 open posts are not in the list" in visitor.page("matching.for_you").text
    page = visitor.page("matching.for_you").click("See them, and why not")
    assert "Kind of exchange: The post offers: Secondment. Wanted: Job shadowing." in page.text
    assert "Dates: Available: from 1 September 2027. Start of the post: 1 March 2027." in page.text
    assert "The post is only for people of its own country." in page.text


def test_own_organisation_is_no_exchange(session: Session, sign_in: Any, person: User) -> None:
    profile = matching.profile(session, person=person)
    matching.opportunity(session, organisation=profile.organisation, title="Next desk")
    visitor = sign_in(person)
    assert "No open post fits" in visitor.page("matching.for_you").text
    assert "The post is in your own organisation." in visitor.page("matching.for_you_others").text


def test_for_you_post_explains_everything(session: Session, sign_in: Any, person: User) -> None:
    profile = matching.profile(session, person=person, skills={"data-modelling": 3, "data-governance": 2})
    with transaction(session):
        session.merge(profile).skills[1].evidence = "Led the modelling of land data."
        session.merge(profile).version += 0
    post = matching.opportunity(session, skills={"data-modelling": 3, "data-governance": 4, "user-focus": 2})
    page = sign_in(person).page("matching.for_you_post", opportunity_id=post.id)
    text = page.text
    assert matching.POST_TITLE in page.heading
    assert "Skills held, with evidence" in text
    assert "Skills short of the level or missing" in text
    assert "2 levels short" in text
    assert "Where it appears" in text
    assert "rules of data governance" in text
    assert "Essential skills" in text
    assert "From the United Kingdom to Korea." in text
    assert "Matcher version" in text
    assert "your private ranking, not a suggestion and not a decision" in text


def test_for_you_post_is_not_found_unless_published(session: Session, sign_in: Any, person: User) -> None:
    matching.profile(session, person=person)
    draft = matching.opportunity(session, status=OpportunityStatus.DRAFT, published_at=None)
    visitor = sign_in(person)
    assert visitor.page("matching.for_you_post", opportunity_id=draft.id).status_code == 404
    assert visitor.get("/matching/for-you/not-an-id").status_code == 404
    assert visitor.get("/matching/for-you?page=99").status_code == 404
    assert visitor.get("/matching/for-you?page=nonsense").status_code == 200


def test_for_you_is_for_civil_servants(session: Session, sign_in: Any, visitor: Visitor) -> None:
    assert sign_in(build.hr(session)).page("matching.for_you").status_code == 403
    assert visitor.page("matching.for_you").status_code == 302


def test_for_you_in_korean(session: Session, app: Flask) -> None:
    person = build.civil_servant(session, country=Country.KR, language=Language.KO)
    matching.profile(session, person=person, text=matching.KOREAN, language=Language.KO)
    post = matching.opportunity(session, country=Country.GB, skills={"data-modelling": 4})
    with transaction(session):
        session.add(
            OpportunityText(
                opportunity_id=post.id,
                field="title",
                lang=Language.KO,
                content="데이터 설계 담당",
                state=TextState.DRAFT,
            )
        )
    visitor = Visitor(app, "ko").sign_in(person)
    page = visitor.page("matching.for_you")
    assert page.heading == "나에게 맞는 공고"
    assert "데이터 설계 담당" in page.text
    assert "1단계 부족" in page.text
    explained = visitor.page("matching.for_you_post", opportunity_id=post.id)
    assert "대한민국에서 영국으로" in explained.text
    assert "매칭 제안이나 결정이 아닙니다" in explained.text
    assert "서로 다른 언어" in explained.text


def test_a_changed_profile_ranks_afresh(session: Session, sign_in: Any, person: User) -> None:
    profile = matching.profile(session, person=person, skills={"data-modelling": 1}, text="")
    matching.opportunity(session, skills={"user-focus": 3}, text="", title="")
    visitor = sign_in(person)
    assert "Weak match" in visitor.page("matching.for_you").text
    with transaction(session):
        session.add(ProfileSkill(profile_id=profile.id, skill_id="user-focus", level=3))
    assert "Strong match" in visitor.page("matching.for_you").text


def test_a_closed_post_leaves_the_ranking(session: Session, sign_in: Any, person: User) -> None:
    matching.profile(session, person=person)
    post = matching.opportunity(session)
    visitor = sign_in(person)
    assert matching.POST_TITLE in visitor.page("matching.for_you").text
    with transaction(session):
        session.merge(post).closes_on = utc_now().date() - timedelta(days=2)
    assert matching.POST_TITLE not in visitor.page("matching.for_you").text


def test_for_you_takes_a_fixed_number_of_statements(
    session: Session, sign_in: Any, person: User, statements: list[str]
) -> None:
    matching.profile(session, person=person)
    matching.opportunity(session)
    visitor = sign_in(person)
    counts = []
    for _ in range(2):
        visitor.page("matching.for_you")  # fits the posts
        statements.clear()
        visitor.page("matching.for_you")
        counts.append(len(statements))
        for _ in range(6):
            matching.opportunity(session)
    assert counts[0] == counts[1] <= 35


def words(item: Any) -> str:
    """All words of a part of a page."""
    return " ".join("".join(item.itertext()).split())


def develops(session: Session, profile_id: Any, skill_id: str) -> None:
    with transaction(session):
        session.add(ProfileSkill(profile_id=profile_id, skill_id=skill_id, develop=True))


def test_two_results_are_shown_apart_and_order_the_list(session: Session, sign_in: Any, person: User) -> None:
    profile = matching.profile(session, person=person, skills={"data-modelling": 3})
    develops(session, profile.id, "user-focus")
    matching.opportunity(session, title="Same again", text="", skills={"data-modelling": 3})
    matching.opportunity(session, title="Something new", text="", skills={"data-modelling": 3, "user-focus": 3})
    visitor = sign_in(person)
    page = visitor.page("matching.for_you", order="contribution")
    assert page.text.index("Same again") < page.text.index("Something new")
    assert "What the host gains" in page.text
    assert "wishes met: fully" in page.text
    assert "You would develop: " in page.text
    page = page.click("What you gain")
    assert page.text.index("Something new") < page.text.index("Same again")
    assert visitor.page("matching.for_you", order="nonsense").text == visitor.page("matching.for_you").text
    current = [item.text for item in page.tree.iter("a") if item.get("aria-current") == "true"]
    assert current == ["What you gain"]


def test_a_post_shows_both_results_without_a_percentage(session: Session, sign_in: Any, person: User) -> None:
    profile = matching.profile(session, person=person, skills={"data-modelling": 3})
    develops(session, profile.id, "user-focus")
    post = matching.opportunity(session, skills={"data-modelling": 3, "user-focus": 3})
    page = sign_in(person).page("matching.for_you_post", opportunity_id=post.id)
    in_order = ("What the host gains", "Skills stated or mentioned, without", "What you gain", "Skills to develop here")
    places = [page.text.index(heading) for heading in in_order]
    assert places == sorted(places)
    assert "How far your wishes are met: fully" in page.text
    assert "Neither result changes the other" in page.text
    assert "%" not in page.text


def test_who_stated_nothing_has_no_second_result(session: Session, sign_in: Any, person: User) -> None:
    matching.profile(session, person=person)
    post = matching.opportunity(session)
    visitor = sign_in(person)
    assert "no wish stated" in visitor.page("matching.for_you").text
    page = visitor.page("matching.for_you_post", opportunity_id=post.id)
    assert "so there is no such result" in page.text


def test_what_would_change_a_weak_result(session: Session, sign_in: Any, person: User) -> None:
    matching.profile(session, person=person, skills={"data-modelling": 1}, text="")
    wanted = {"data-modelling": 4, "data-governance": 2, "data-analysis-and-synthesis": 2}
    post = matching.opportunity(session, text="", title="", skills=wanted)
    page = sign_in(person).page("matching.for_you_post", opportunity_id=post.id)
    assert "Each of these alone would lead to a better band:" in page.text
    assert "level in Data modelling (now: Awareness) →" in page.text
    assert "State a skill or a level only when you have it." in page.text


def test_why_not_for_any_pair_also_one_that_a_rule_keeps_out(session: Session, sign_in: Any, person: User) -> None:
    matching.profile(session, person=person, kinds=["job_shadowing"])
    post = matching.opportunity(session, title="Data architect", kind="secondment")
    visitor = sign_in(person)
    page = visitor.page("matching.for_you_others").click("How it compares with your profile, and what would change")
    assert "A rule is not met" in page.text
    assert "This alone would be enough for every rule to be met:" in page.text
    assert "If this kind of exchange also suited you: Secondment" in page.text
    for address in ("opportunities.browse", "opportunities.view"):
        values = {"opportunity_id": post.id} if address.endswith("view") else {}
        links = visitor.page(address, **values).links()
        assert any(f"/matching/for-you/{post.id}" in href for href in links.values())


def test_what_is_not_the_persons_to_change_is_said(session: Session, sign_in: Any, person: User) -> None:
    profile = matching.profile(session, person=person)
    own = matching.opportunity(session, organisation=profile.organisation, audience=Audience.ABROAD)
    page = sign_in(person).page("matching.for_you_post", opportunity_id=own.id)
    assert "you cannot change them: Country of the post." in page.text
    assert "it is not an exchange for you" in page.text


def test_sentences_are_paired_and_marked_once_they_are_prepared(session: Session, sign_in: Any, person: User) -> None:
    matching.profile(session, person=person)
    post = matching.opportunity(session)
    visitor = sign_in(person)
    before = visitor.page("matching.for_you_post", opportunity_id=post.id)
    assert "The comparison by meaning is still being prepared." in before.text
    assert "still being prepared" in visitor.page("matching.for_you").text
    meanings.make_missing(session)
    after = visitor.page("matching.for_you_post", opportunity_id=post.id)
    assert "still being prepared" not in after.text
    assert "Sentences with a similar meaning" in after.text
    quoted = list(after.tree.iter("blockquote"))
    assert quoted
    assert {item.get("lang") for item in quoted} == {"en"}
    marks = [item for item in after.tree.iter("mark") if "app-mark--sentence" in (item.get("class") or "")]
    assert marks
    assert all(words(item).startswith("Sentence ") for item in marks)


def test_what_was_taken_from_the_post_is_told_and_not_counted(session: Session, sign_in: Any, person: User) -> None:
    matching.profile(session, person=person, skills={}, text=f"{matching.ENGLISH}\n\n{matching.POST_TEXT}")
    post = matching.opportunity(session)
    page = sign_in(person).page("matching.for_you_post", opportunity_id=post.id)
    assert "Parts of the text were taken from the post: they were not counted." in page.text
    assert "No points were taken off for it." in page.text
    copied = [item for item in page.tree.iter("mark") if "app-mark--copied" in (item.get("class") or "")]
    assert any("agree the rules of data governance" in words(item) for item in copied)
    assert "You will design data models for addresses" in page.text
