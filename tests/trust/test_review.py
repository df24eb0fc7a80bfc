"""Human judgement (M3 to M7): first views before scores, decisions with reasons, orders, interests, and the watch."""

from __future__ import annotations

import ast
import re
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    AuditEntry,
    Decision,
    DecisionEvent,
    FirstView,
    MatchSuggestion,
    Shortlist,
    ShortlistCard,
    User,
)
from models.types import Answer, Band, Country, Decider, Language
from talent.errors import TransitionRefused
from talent.matching import decisions, first_views, mixing
from talent.matching.review_rules import is_of_substance
from talent.matching.states import BAND_WORDS, Status, derived_status
from talent.review import alerts, report
from tests.architecture.source import modules
from tests.support import build, build_matching
from tests.support.build_decisions import NAME, REASONS, WHY, Case, case, post
from tests.support.mail import Mailbox
from tests.support.page import Page, Visitor

BANDS = ("strong", "strong", "good", "good", "good", "possible", "possible")


def offers(session: Session, number: int = 3, **values: Any) -> list[Case]:
    """Suggestions of different people for one post, with the same reviewer."""
    first = case(session, **values)
    offered = first.suggestion.opportunity
    bands = [*BANDS, *["good"] * number]
    return [first] + [
        case(session, opportunity=offered, reviewer=first.reviewer, partner=first.partner, band=bands[place])
        for place in range(number - 1)
    ]


def start(visitor: Visitor) -> Page:
    return visitor.page("matching.queue").submit("Review this post").follow()


def views_of(page: Page, view: str = "fits") -> dict[str, str]:
    """The same first view for every card of the page, by control name."""
    names = {item.get("name", "") for item in page.form("then").iter("input")}
    return {name.replace("-", "__"): view for name in names if name.endswith("-view")}


def give(page: Page, view: str = "fits") -> Page:
    return page.submit("then", button="Save my first views and continue", **views_of(page, view)).follow()


def cards_of(session: Session, reviewer: User) -> list[ShortlistCard]:
    session.rollback()
    return list(
        session.scalars(
            select(ShortlistCard)
            .join(Shortlist)
            .where(Shortlist.reviewer_id == reviewer.id)
            .order_by(Shortlist.created_at, ShortlistCard.position)
        )
    )


def bare(html: str) -> str:
    """The page without its head and navigation, where words such as "score" may stand for everybody."""
    main = html[html.index("<main") : html.index("</main>")]
    return re.sub(r"The matcher|What the matcher found|Names are hidden.*?first view\.", "", main)


def test_m3_no_score_before_first_view(session: Session, sign_in: Any) -> None:
    one, *others = offers(session, 4)
    visitor = sign_in(one.reviewer)
    pages = [
        visitor.page("matching.queue"),
        start(visitor),
        visitor.page("matching.review", suggestion_id=others[0].suggestion_id),
        visitor.page("review.post", opportunity_id=one.suggestion.opportunity_id),
        visitor.page("review.everyone", opportunity_id=one.suggestion.opportunity_id),
    ]
    for page in pages[1:]:
        shown = bare(page.html)
        assert not [word for word in BAND_WORDS.values() if str(word) in shown], page.url
        assert "app-meter" not in shown
        assert not re.search(r'score"|0\.55|of 100 points', shown), page.url
        known = {"data-module", "data-prevent-double-click", "data-maxlength"}
        assert set(re.findall(r"data-[a-z-]+(?==)", shown)) <= known, page.url
    assert "After your first view" not in pages[0].text, "people who were not looked at are counted, not listed"
    assert not [one for one in others if one.suggestion.pseudonym in pages[0].html]
    assert "4 people not reviewed by you" in pages[0].text
    for code in ("strong", "good", "possible"):
        assert "No pairings match" in visitor.page("matching.queue", band=code).text


def test_m3_both_values_are_kept_and_in_the_audit(app: Flask, session: Session, sign_in: Any) -> None:
    one, other = offers(session, 2)
    page = give(start(sign_in(one.reviewer)), "does_not_fit")
    card = next(row for row in cards_of(session, one.reviewer) if row.suggestion_id == one.suggestion_id)
    sent = page.submit(
        f"card-{card.id}-answer",
        **{
            f"card-{card.id}-answer": "yes",
            f"card-{card.id}-reason": "reviewer-skills-fit",
            f"card-{card.id}-note": WHY,
        },
    )
    assert sent.status_code == 302, sent.errors()
    kept = next(row for row in cards_of(session, one.reviewer) if row.suggestion_id == one.suggestion_id)
    assert (kept.first_view, kept.decision) == (FirstView.DOES_NOT_FIT, Answer.YES)
    assert kept.first_viewed_at is not None
    assert kept.decided_at is not None
    assert derived_status(one.suggestion) is Status.APPROVED
    entries = {
        row.action: row.details
        for row in session.scalars(select(AuditEntry).where(AuditEntry.subject_id == str(one.suggestion_id)))
    }
    assert entries["suggestion.first_view"]["view"] == "does_not_fit"
    decided = entries["suggestion.reviewer.put_forward"]
    assert (decided["answer"], decided["first_view"]) == ("yes", "does_not_fit")
    assert derived_status(other.suggestion) is Status.SUGGESTED, "one decision is one decision"


def test_m3_every_card_needs_a_view_and_what_was_chosen_is_kept(session: Session, sign_in: Any) -> None:
    one, *_others = offers(session, 3)
    first = start(sign_in(one.reviewer))
    assert not [item for item in first.form("then").iter("input") if item.get("checked") is not None]
    chosen, *_left = views_of(first)
    page = first.submit("then", button="Save my first views and continue", **{chosen: "unsure"})
    assert page.status_code == 200
    assert len(page.errors()) == 2
    assert all("fits, unsure or does not fit" in line for line in page.errors())
    ticked = [item for item in page.form("then").iter("input") if item.get("checked") is not None]
    assert [item.get("value") for item in ticked] == ["unsure"]
    later = page.submit("then", button="Save and continue later", **{chosen: "unsure"}).follow()
    assert "Nothing is shown before all are given" in later.text
    again = later.click("Continue with your shortlist")
    assert [item.get("value") for item in again.form("then").iter("input") if item.get("checked") is not None] == [
        "unsure"
    ]
    with pytest.raises(TransitionRefused):
        decisions.decide(
            session,
            actor=one.reviewer,
            suggestion_id=one.suggestion_id,
            decider=Decider.REVIEWER,
            answer=Answer.YES,
            reason=REASONS[Decider.REVIEWER, Answer.YES],
            note=WHY,
        )
    for odd in ("", "yes", "\x00", "\ufffd" * 50):
        assert again.submit("then", button="Save my first", **dict.fromkeys(views_of(again), odd)).status_code == 200
    assert not any(row.shown_at for row in cards_of(session, one.reviewer))


def test_m3_a_first_view_stays(session: Session, sign_in: Any) -> None:
    one, *_others = offers(session, 2)
    first = start(sign_in(one.reviewer))
    give(first, "fits")
    late = first.submit("then", button="Save my first views and continue", **views_of(first, "does_not_fit"))
    assert late.status_code == 409
    assert {row.first_view for row in cards_of(session, one.reviewer)} == {FirstView.FITS}


def test_m3_no_decision_without_an_own_first_view(session: Session, sign_in: Any) -> None:
    one = case(session)
    other = build.administrator(session, country=Country.GB)
    one.first_view(other)
    page = sign_in(one.reviewer).page("matching.review", suggestion_id=one.suggestion_id)
    assert not [item for item in page.tree.iter("input") if item.get("name") == "answer"]
    csrf = next(item.get("value") for item in page.tree.iter("input") if item.get("name") == "csrf_token")
    sent = page.visitor.post(
        page.url, {"csrf_token": csrf, "answer": "yes", "reason": "reviewer-skills-fit", "note": WHY}
    )
    assert sent.status_code == 409
    assert "first view" in sent.errors()[0]
    assert derived_status(one.suggestion) is Status.SUGGESTED


def test_m3_who_was_not_looked_at_comes_next(session: Session, sign_in: Any) -> None:
    """Five and the next; the sixth is not declined by anybody meanwhile."""
    one, *others = offers(session, 7)
    visitor = sign_in(one.reviewer)
    page = give(start(visitor), "unsure")
    assert len(cards_of(session, one.reviewer)) == 5
    assert "2 more people are waiting for review for this post" in page.text
    everybody = [one, *others]
    assert {derived_status(row.suggestion) for row in everybody} == {Status.SUGGESTED}
    following = page.submit("Show the next people").follow()
    assert len(views_of(following)) == 2
    refused = visitor.page("review.post", opportunity_id=one.suggestion.opportunity_id)
    assert "Show the next people" not in refused.text, "not before the first views of this one"
    give(following, "fits")
    assert len({row.suggestion_id for row in cards_of(session, one.reviewer)}) == 7


def test_m4_decisions_need_a_reason_in_words_also_declines(session: Session, sign_in: Any) -> None:
    one = case(session)
    one.first_view()
    page = sign_in(one.reviewer).page("matching.review", suggestion_id=one.suggestion_id)
    for answer in (Answer.YES, Answer.NO):
        for note in ("", "ok", "!!!!!!!!!!!!!!!!!!!!!!!!!!!!", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "fits fits fits fits"):
            reason = REASONS[Decider.REVIEWER, answer]
            sent = page.submit("answer", answer=answer.value, reason=reason, note=note)
            assert sent.status_code == 200, note
            assert any("in your own words" in line for line in sent.errors())
    assert derived_status(one.suggestion) is Status.SUGGESTED
    assert is_of_substance("요구 수준의 설계 경험이 있음", 20)
    assert not is_of_substance("좋습니다", 20)


def test_m4_no_bulk_yes(session: Session, sign_in: Any) -> None:
    """Forty yeses at once find no page; and the page for several declines knows no yes."""
    one, *_others = offers(session, 3)
    visitor = sign_in(one.reviewer)
    page = give(start(visitor))
    cards = cards_of(session, one.reviewer)
    assert page.tree is not None
    csrf = next(item.get("value") for item in page.tree.iter("input") if item.get("name") == "csrf_token")
    forty = {"csrf_token": csrf, "answer": ["yes"] * 40, "reason": "reviewer-skills-fit", "note": WHY}
    forty["suggestion"] = [str(one.suggestion_id)] * 40
    for card in cards:
        forty |= {f"card-{card.id}-answer": "yes", f"card-{card.id}-reason": "reviewer-skills-fit"}
    paths = [page.url, "/matching/queue", "/matching/review", "/review/shortlists", "/review/approve"]
    for path in (*paths, f"{page.url}/approve", f"/review/posts/{one.suggestion.opportunity_id}"):
        assert visitor.post(path, forty).status_code in (404, 405), path
    sent = visitor.post(f"{page.url}/decline", {**forty, "decline-cards": [str(card.id) for card in cards]})
    assert sent.status_code == 200, "the reason of a yes is none for a no"
    session.rollback()
    assert not session.scalars(select(Decision).where(Decision.answer != Answer.PENDING)).all()


def test_m4_one_reason_for_several_ticked_declines(session: Session, sign_in: Any) -> None:
    one, *others = offers(session, 3)
    page = give(start(sign_in(one.reviewer)), "does_not_fit")
    cards = cards_of(session, one.reviewer)
    ticked = [str(card.id) for card in cards[:2]]
    nobody = page.submit("Do not put them forward", **{"decline-reason": "reviewer-level-too-low", "decline-note": WHY})
    assert nobody.errors() == ["Tick the people you are not putting forward"]
    values: dict[str, Any] = {"decline-cards": ticked, "decline-reason": "reviewer-level-too-low", "decline-note": WHY}
    done = page.submit("Do not put them forward", **values)
    assert done.status_code == 302, done.errors()
    session.rollback()
    events = session.scalars(select(DecisionEvent).where(DecisionEvent.decider == Decider.REVIEWER)).all()
    assert [(row.to_answer, row.note) for row in events] == [("no", WHY)] * 2
    assert len({row.suggestion_id for row in events}) == 2
    left = [row for row in (one, *others) if derived_status(row.suggestion) is Status.SUGGESTED]
    assert len(left) == 1


def test_m4_only_the_table_of_moves_answers(session: Session) -> None:
    """Answers are assigned in states.apply alone, and only the decisions call it."""
    callers, writers = set(), set()
    for module, path in modules().items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "states.apply":
                callers.add(module)
            if isinstance(node, ast.Assign):
                targets = [item for target in node.targets for item in ast.walk(target)]
                named = [item for item in targets if isinstance(item, ast.Attribute) and item.attr == "answer"]
                if any(isinstance(item.value, ast.Name) and item.value.id == "decision" for item in named):
                    writers.add(module)
            if isinstance(node, ast.Call) and _name(node.func) in ("Decision", "DecisionEvent", "update", "insert"):
                told = ast.unparse(node)
                assert "Answer.YES" not in told, f"{module}: {told}"
    assert {module for module in callers if module.startswith("talent.matching")} == {"talent.matching.decisions"}
    assert writers == {"talent.matching.states"}


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def test_m4_nothing_the_service_does_by_itself_approves(app: Flask, session: Session) -> None:
    """Runs, sweeps, jobs and commands make suggestions; only an administrator's decision approves one."""
    for country in Country:
        for _ in range(2):
            build_matching.profile(session, country=country)
        build_matching.opportunity(session, country=country.other)
    approved = case(session).approved()
    runner = app.test_cli_runner()
    for command in (["match", "run"], ["outbox", "run"], ["match", "run"], ["outbox", "run"]):
        assert runner.invoke(args=command).exit_code == 0
    session.rollback()
    found = session.scalars(select(MatchSuggestion)).all()
    assert len(found) > 3
    assert [row.id for row in found if row.answer(Decider.REVIEWER) is Answer.YES] == [approved.suggestion_id]
    for row in found:
        if row.answer(Decider.REVIEWER) is not Answer.YES:
            continue
        given = row.decision(Decider.REVIEWER)
        assert given.decided_by is not None
        assert row.sending_country in given.decided_by.administered_countries
        event = next(item for item in row.events if item.to_answer == "yes")
        assert (event.role, event.actor_id) == ("administrator", given.decided_by_id)
        assert event.reason_id is not None
        assert is_of_substance(event.note, 20)
        assert first_views.viewed_card(session, given.decided_by, row.id) is not None


def test_m5_somebody_from_below_is_mixed_in_and_logged(session: Session, sign_in: Any) -> None:
    offered = build_matching.opportunity(session)
    people = [build_matching.profile(session) for _ in range(3)]
    weak = [build_matching.profile(session, skills={}, text="Gardens.") for _ in range(2)]
    build_matching.run(session)
    reviewer = build.administrator(session, country=Country.GB)
    page = start(sign_in(reviewer))
    cards = cards_of(session, reviewer)
    mixed = [card for card in cards if card.mixed_in]
    assert len(cards) == len(people) + 1
    assert len(mixed) == 1
    assert mixed[0].suggestion.profile_id in {row.id for row in weak}
    assert mixed[0].suggestion.band is Band.WEAK
    assert not [word for word in ("mixed", "below", "Weak") if word in bare(page.html)], "unlabelled"
    run = mixed[0].suggestion.run
    assert (run.trigger, run.seed) == (mixing.TRIGGER, mixed[0].shortlist.seed)
    made = session.scalars(select(AuditEntry).where(AuditEntry.action == "shortlist.made")).one()
    assert (made.details["mixed_in"], made.details["drawn_from"]) == (1, 2)
    give(page)
    session.rollback()
    views = session.scalars(select(AuditEntry).where(AuditEntry.action == "suggestion.first_view")).all()
    assert [row.subject_id for row in views if row.details["mixed_in"]] == [str(mixed[0].suggestion_id)]
    assert offered.id == mixed[0].suggestion.opportunity_id


def test_m5_everybody_eligible_can_be_reached_and_added(session: Session, sign_in: Any) -> None:
    offered = build_matching.opportunity(session)
    suggested = build_matching.suggestion(session, opportunity=offered)
    others = [build_matching.profile(session, skills={}, text="Gardens.") for _ in range(11)]
    build_matching.profile(session, country=Country.KR)  # another country's administrators look at them
    reviewer = build.administrator(session, country=Country.GB)
    visitor = sign_in(reviewer)
    first = visitor.page("review.post", opportunity_id=offered.id).click("Everyone eligible for this post")
    assert "12 people" in first.text
    assert suggested.pseudonym not in first.html, "who is suggested looks as everybody else"
    second = first.click("Next")
    codes = re.findall(r'name="person" value="(\w+)"', first.html + second.html)
    assert len(set(codes)) == 12
    assert codes == sorted(codes), "in the order of the code, not of ids, names or time"
    for row in others:
        assert str(row.id) not in first.html + second.html
    for code in codes:
        added = visitor.page("review.everyone", opportunity_id=offered.id)
        token = next(item.get("value") for item in added.tree.iter("input") if item.get("name") == "csrf_token")
        sent = visitor.post(visitor.url("review.add", opportunity_id=offered.id), {"csrf_token": token, "person": code})
        assert sent.status_code == 302
    session.rollback()
    reached = {card.suggestion.profile_id for card in cards_of(session, reviewer)}
    assert reached == {suggested.profile_id, *(row.id for row in others)}
    by_hand = [card.suggestion for card in cards_of(session, reviewer) if card.suggestion.score is None]
    assert len(by_hand) == 11
    assert {row.put_together_by_id for row in by_hand} == {reviewer.id}
    unknown = visitor.post(visitor.url("review.add", opportunity_id=offered.id), {"csrf_token": token, "person": "X"})
    assert unknown.status_code == 404


def test_m6_two_reviewers_get_different_orders_of_the_same_bands(session: Session, sign_in: Any) -> None:
    one, *_others = offers(session, 5)
    reviewers = [one.reviewer, *(build.administrator(session, country=Country.GB) for _ in range(3))]
    orders, bands, seeds = set(), set(), set()
    for reviewer in reviewers:
        give(start(sign_in(reviewer)))
        cards = sorted(cards_of(session, reviewer), key=lambda card: card.decision_position or 0)
        assert [card.decision_position for card in cards] == [1, 2, 3, 4, 5]
        assert sorted(card.position for card in cards) == [1, 2, 3, 4, 5]
        orders.add(tuple(card.suggestion_id for card in cards))
        bands.add(tuple(str(card.suggestion.band) for card in cards))
        seeds.add(cards[0].shortlist.seed)
    assert len(bands) == 1
    assert next(iter(bands)) == ("strong", "strong", "good", "good", "good")
    assert len(seeds) == 4
    assert len(orders) > 1
    position = session.scalars(select(AuditEntry).where(AuditEntry.action == "suggestion.first_view")).first()
    assert position is not None
    assert position.details["decision_position"] in range(1, 6)


def test_m6_the_report_shows_acceptance_by_position(session: Session, sign_in: Any) -> None:
    one, *others = offers(session, 3)
    give(start(sign_in(one.reviewer)))
    for row in (one, *others):
        row.decide(Decider.REVIEWER)
    text = sign_in(one.reviewer).page("review.report").text
    assert "By position on the page of decisions" in text
    assert "100% (1 of 1)" in text
    figures = report.report(session, one.reviewer)
    assert [share.total for share in figures.by_position] == [1, 1, 1]
    assert figures.own.decisions == 3
    assert figures.others.decisions == 0


def decide_many(session: Session, number: int, answer: Answer = Answer.YES) -> User:
    """A synthetic run: one reviewer gives the same answer again and again."""
    one = case(session, places=500)
    offered = one.suggestion.opportunity
    for _ in range(number):
        row = case(session, opportunity=offered, reviewer=one.reviewer, partner=one.partner, host_hr=one.host_hr)
        row.decide(Decider.REVIEWER, answer)
    return one.reviewer


@pytest.mark.slow
def test_m7_rubber_stamping_raises_one_alert(session: Session, sign_in: Any, mailbox: Mailbox) -> None:
    abroad = build.administrator(session, country=Country.KR)
    reviewer = decide_many(session, 49)
    assert not alerts.check_reviewer(session, reviewer)
    assert not [letter for letter in mailbox.letters(abroad.email) if "almost always" in letter.subject]
    one = case(session, reviewer=reviewer)
    one.decide(Decider.REVIEWER)
    told = [letter for letter in mailbox.letters(abroad.email) if "almost always" in letter.subject]
    assert len(told) == 1
    assert reviewer.name_home not in told[0].text
    case(session, reviewer=reviewer).decide(Decider.REVIEWER)
    told = [letter for letter in mailbox.letters(abroad.email) if "almost always" in letter.subject]
    assert len(told) == 1, "once"
    page = sign_in(reviewer).page("review.report")
    assert "Your last 50 decisions agree with the matcher in 95% of cases or more" in page.text
    other = sign_in(abroad).page("review.report")
    assert "The same is true of 1 other reviewer" in other.text
    assert reviewer.name_home not in other.text
    for _ in range(3):
        case(session, reviewer=reviewer).decide(Decider.REVIEWER, Answer.NO)
    assert not alerts.check_reviewer(session, reviewer)


def test_an_interest_declared_in_a_person_or_a_post(session: Session, sign_in: Any) -> None:
    one, other = offers(session, 2)
    free = build.administrator(session, country=Country.GB)
    visitor = sign_in(one.reviewer)
    page = start(visitor)
    form = visitor.page("review.interest_in_person", suggestion_id=one.suggestion_id)
    assert form.submit("note", note=" ").errors() == ["Say what the interest is"]
    assert form.submit("note", note="A former colleague of mine").status_code == 302
    refused = visitor.page("matching.review", suggestion_id=one.suggestion_id)
    assert refused.status_code == 403
    assert "You declared an interest" in refused.text
    assert free.name_home in refused.text or free.name_romanised in refused.text
    again = visitor.get(page.url)
    assert one.suggestion.pseudonym not in again.html
    assert other.suggestion.pseudonym in again.html
    with pytest.raises(Exception, match="Interest"):
        decisions.decide(
            session,
            actor=one.reviewer,
            suggestion_id=one.suggestion_id,
            decider=Decider.REVIEWER,
            answer=Answer.YES,
            reason="reviewer-skills-fit",
            note=WHY,
        )
    in_post = visitor.page("review.interest_in_post", opportunity_id=one.suggestion.opportunity_id)
    assert in_post.submit("note", note="I once led this unit").status_code == 302
    assert visitor.get(page.url).status_code == 403
    assert "Nothing is waiting for review" in visitor.page("matching.queue").text
    assert sign_in(free).page("matching.review", suggestion_id=one.suggestion_id).status_code == 200


def test_anothers_shortlist_is_not_found(session: Session, sign_in: Any) -> None:
    one = case(session)
    page = start(sign_in(one.reviewer))
    colleague = sign_in(build.administrator(session, country=Country.GB))
    assert colleague.get(page.url).status_code == 404
    for person in (one.person, one.host_hr, one.home_hr):
        assert sign_in(person).get(page.url).status_code == 403
    assert colleague.page("review.shortlist", shortlist_id=UUID(int=3)).status_code == 404
    assert colleague.page("review.post", opportunity_id=UUID(int=3)).status_code == 404


def test_the_pages_of_review_in_korean(app: Flask, session: Session, sign_in: Any) -> None:
    reviewer = build.administrator(session, country=Country.KR, language=Language.KO)
    offered = post(session, country=Country.GB)
    for _ in range(2):
        case(session, sending=Country.KR, reviewer=reviewer, opportunity=offered)
    visitor = sign_in(reviewer)
    page = visitor.page("matching.queue").submit("이 공고 검토하기").follow()
    assert "첫 의견" in page.text
    page = page.submit("then", button="첫 의견 저장", **views_of(page)).follow()
    assert "결정" in page.text
    for endpoint in ("review.report", "review.matcher"):
        assert visitor.page(endpoint).status_code == 200
    for endpoint in ("review.post", "review.everyone", "review.interest_in_post"):
        assert visitor.page(endpoint, opportunity_id=offered.id).status_code == 200


def test_statements_of_the_pages_of_review_are_bounded(session: Session, sign_in: Any, statements: list[str]) -> None:
    one, *_others = offers(session, 5)
    visitor = sign_in(one.reviewer)
    page = start(visitor)
    visitor.get(page.url)
    statements.clear()
    visitor.get(page.url)
    assert len(statements) <= 60
    give(page)
    visitor.get(page.url)
    statements.clear()
    visitor.get(page.url)
    assert len(statements) <= 110
    for endpoint in ("review.post", "review.everyone"):
        visitor.page(endpoint, opportunity_id=one.suggestion.opportunity_id)
        statements.clear()
        visitor.page(endpoint, opportunity_id=one.suggestion.opportunity_id)
        assert len(statements) <= 110, endpoint


def test_names_stay_hidden_in_review(session: Session, sign_in: Any) -> None:
    one, *_others = offers(session, 2)
    page = start(sign_in(one.reviewer))
    for shown in (page, give(page)):
        assert NAME not in shown.html
        assert one.person.email not in shown.html
