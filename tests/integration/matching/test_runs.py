"""Runs of the matcher: what they suggest, what they leave alone, and what makes them run."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, inspect, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ml.matcher import SkillMatcher
from ml.schema import Explanation
from models import (
    AuditEntry,
    Decision,
    DecisionEvent,
    MatchRun,
    MatchSuggestion,
    Notification,
    Opportunity,
    OutboxItem,
    Profile,
    ProfileSkill,
    Reason,
    utc_now,
)
from models.types import Answer, Band, Country, Decider, Language, ProfileStatus, RunStatus
from talent import events, jobs, outbox
from talent.db import transaction
from talent.errors import NotFound, TransitionRefused
from talent.matching import endings, engine, meanings, queries_inputs, services
from talent.matching.settings import RunSettings
from talent.matching.snapshots import opportunity_from_snapshot, profile_from_snapshot
from talent.matching.states import Status, derived_status
from tests.support import build
from tests.support import build_matching as matching

pytestmark = pytest.mark.database
UNRELATED = {"user-focus": 1}


def all_suggestions(session: Session) -> list[MatchSuggestion]:
    session.expire_all()
    return list(session.scalars(select(MatchSuggestion).order_by(MatchSuggestion.created_at, MatchSuggestion.id)))


def only(session: Session) -> MatchSuggestion:
    (found,) = all_suggestions(session)
    return found


def answer(session: Session, suggestion: MatchSuggestion, decider: Decider, given: Answer, reason: str) -> None:
    """Sign one answer directly: what happens around decisions has tests of its own."""
    signer = build.administrator(session)
    with transaction(session), session.no_autoflush:
        row = session.scalars(
            select(Decision).where(Decision.suggestion_id == suggestion.id, Decision.decider == decider)
        ).one()
        row.reason = session.scalars(select(Reason).where(Reason.code == reason)).one()
        row.answer, row.decided_by_id, row.decided_at = given, signer.id, utc_now() - timedelta(hours=1)


def change(session: Session, profile: Profile, **values: Any) -> None:
    """Edit a profile as its service does: the row changes, and the event goes out in the same transaction."""
    with transaction(session):
        row = session.get_one(Profile, profile.id)
        for name, value in values.items():
            setattr(row, name, value)
        row.updated_at = utc_now()
        events.emit(session, events.ProfileChanged(row.id))


def work(session: Session) -> None:
    while outbox.run_due(session):
        pass


def test_a_run_suggests_with_all_that_explains_it(session: Session) -> None:
    profile = matching.profile(session)
    post = matching.opportunity(session)
    run = matching.run(session)
    found = only(session)
    assert (found.profile_id, found.opportunity_id) == (profile.id, post.id)
    assert (found.sending_country, found.receiving_country) == (Country.GB, Country.KR)
    assert found.band is Band.STRONG
    assert {row.decider: row.answer for row in found.decisions} == dict.fromkeys(Decider, Answer.PENDING)
    explanation = Explanation.from_dict(found.explanation)
    assert sum(part["share"] for part in found.parts.values()) == pytest.approx(found.score, abs=1e-6)
    assert sum(part.share for part in explanation.parts) == pytest.approx(found.score, abs=1e-6)
    assert explanation.params_hash == RunSettings().matcher.sha256
    assert len(found.pseudonym) == 5
    assert run.status is RunStatus.DONE
    assert (run.progress, run.total, run.profiles, run.suggested, run.superseded) == (1, 1, 1, 1, 0)
    assert RunSettings.from_plain(run.params) == RunSettings()
    assert run.params_hash == RunSettings().sha256
    assert run.versions["libraries"].keys() == {"numpy", "scikit-learn", "scipy"}
    assert run.versions["reference"]["skills.csv"] >= 1
    assert run.seed
    actions = set(session.scalars(select(AuditEntry.action)))
    assert {"match_run.requested", "match_run.finished", "suggestion.made"} <= actions


def test_a_snapshot_gives_the_same_score_again(session: Session) -> None:
    matching.profile(session)
    matching.opportunity(session)
    matching.run(session)
    found = only(session)
    mine, theirs = profile_from_snapshot(found.profile_snapshot), opportunity_from_snapshot(found.opportunity_snapshot)
    settings = RunSettings.from_plain(found.run.params)
    vectors = meanings.read(session, [meanings.source(record, 1, settings.matcher) for record in (mine, theirs)])
    matcher = engine.fit(session, settings, [mine], [theirs], found.run.seed, vectors)
    assert matcher.explain(mine.id, theirs.id).to_dict() == Explanation.from_dict(found.explanation).to_dict()


def test_a_korean_text_meets_an_english_post_through_skills(session: Session) -> None:
    person = matching.profile(session, country=Country.KR, text=matching.KOREAN, language=Language.KO, skills={})
    stranger = matching.profile(
        session, country=Country.KR, text="정원에서 장미를 가꾸고 온실을 관리했습니다.", language=Language.KO, skills={}
    )
    matching.opportunity(session, country=Country.GB, skills={"data-modelling": 1, "data-governance": 1})
    matching.run(session)
    suggested = {row.profile_id for row in all_suggestions(session)}
    assert person.id in suggested
    assert stranger.id not in suggested
    evidence = {line.evidence for line in Explanation.from_dict(only(session).explanation).skills}
    assert evidence == {"claimed"}


def test_the_same_inputs_change_nothing(session: Session) -> None:
    for _ in range(2):
        matching.profile(session)
        matching.opportunity(session)
    matching.run(session)
    before = [(row.id, row.version) for row in all_suggestions(session)]
    again = matching.run(session)
    assert [(row.id, row.version) for row in all_suggestions(session)] == before
    assert len(before) == 4
    assert (again.suggested, again.superseded) == (0, 0)


def test_a_changed_profile_is_superseded_and_replaced(session: Session) -> None:
    profile = matching.profile(session)
    matching.opportunity(session)
    matching.run(session)
    change(session, profile, kinds=["secondment"])
    work(session)
    old, new = all_suggestions(session)
    assert derived_status(old) is Status.SUPERSEDED
    assert derived_status(new) is Status.SUGGESTED
    assert new.pseudonym == old.pseudonym
    assert new.run.trigger == "change"
    assert (new.run.suggested, new.run.superseded) == (1, 1)
    closing = session.scalars(select(DecisionEvent).where(DecisionEvent.action == "close")).one()
    assert (closing.decider, closing.role, closing.suggestion_id) == ("system", "system", old.id)


def test_a_change_that_ends_the_fit_ends_the_suggestion(session: Session) -> None:
    profile = matching.profile(session)
    matching.opportunity(session)
    matching.run(session)
    change(session, profile, kinds=["study_visit"])
    work(session)
    found = only(session)
    assert derived_status(found) is Status.WITHDRAWN
    assert found.closed_reason is not None
    assert found.closed_reason.code == "no-longer-suggested"
    change(session, profile, kinds=["secondment"])
    work(session)
    assert [derived_status(row) for row in all_suggestions(session)] == [Status.WITHDRAWN, Status.SUGGESTED]


@pytest.mark.parametrize(
    ("given", "reason"),
    [(Answer.YES, "reviewer-skills-fit"), (Answer.HOLD, "reviewer-hold-translation")],
)
def test_what_a_reviewer_decided_is_left_alone(session: Session, given: Answer, reason: str) -> None:
    profile = matching.profile(session)
    matching.opportunity(session)
    matching.run(session)
    answer(session, only(session), Decider.REVIEWER, given, reason)
    before = only(session).version
    change(session, profile, kinds=["secondment"])
    work(session)
    matching.run(session)
    assert only(session).version == before
    assert only(session).answer(Decider.REVIEWER) is given


def test_a_no_is_final_until_something_changes(session: Session) -> None:
    profile = matching.profile(session)
    matching.opportunity(session)
    matching.run(session)
    answer(session, only(session), Decider.REVIEWER, Answer.NO, "reviewer-level-too-low")
    matching.run(session)
    assert derived_status(only(session)) is Status.REJECTED
    change(session, profile, kinds=["secondment"])
    work(session)
    old, new = all_suggestions(session)
    assert derived_status(old) is Status.REJECTED
    assert derived_status(new) is Status.SUGGESTED


def test_who_was_turned_down_takes_no_place_in_the_list(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("talent.matching.running.in_force", lambda _session: RunSettings(per_post=1, per_person=0))
    best = matching.profile(session)
    second = matching.profile(session, skills={"data-modelling": 2, "data-governance": 2})
    matching.opportunity(session)
    matching.run(session)
    assert only(session).profile_id == best.id
    answer(session, only(session), Decider.REVIEWER, Answer.NO, "reviewer-level-too-low")
    matching.run(session)
    assert [row.profile_id for row in all_suggestions(session)] == [best.id, second.id]


def test_lists_are_short_but_everybody_gets_their_best(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("talent.matching.running.in_force", lambda _session: RunSettings(per_post=2, per_person=1))
    for _ in range(3):
        matching.profile(session)
    last = matching.profile(session, skills={"data-modelling": 2, "data-governance": 2})
    weak = matching.profile(session, skills=UNRELATED, text="")
    for _ in range(2):
        matching.opportunity(session)
    matching.run(session)
    found = all_suggestions(session)
    mine = [row for row in found if row.profile_id == last.id]
    assert len(mine) == 1
    assert not [row for row in found if row.profile_id == weak.id]
    assert len(found) <= 2 * 2 + 4


def test_a_scope_leaves_other_pairs_as_they_are(session: Session) -> None:
    first, second = matching.profile(session), matching.profile(session)
    matching.opportunity(session)
    matching.run(session, profile_ids=[first.id])
    assert only(session).profile_id == first.id
    run = matching.run(session, opportunity_ids=[only(session).opportunity_id])
    assert {row.profile_id for row in all_suggestions(session)} == {first.id, second.id}
    assert run.suggested == 1
    with transaction(session):
        session.get_one(Profile, first.id).kinds = ["secondment"]
    matching.run(session, profile_ids=[second.id])
    assert len(all_suggestions(session)) == 2


def test_a_scoped_run_agrees_with_a_whole_one(session: Session) -> None:
    people = [matching.profile(session, skills={"data-modelling": level}) for level in (1, 2, 3, 4, 2, 3, 1)]
    for level in (1, 2, 3, 4):
        matching.opportunity(session, skills={"data-modelling": level, "data-governance": 5 - level})
    for person in people:
        matching.run(session, profile_ids=[person.id])
    before = {(row.profile_id, row.opportunity_id) for row in all_suggestions(session)}
    again = matching.run(session)
    assert again.suggested == 0
    assert {(row.profile_id, row.opportunity_id) for row in all_suggestions(session)} == before


def test_only_the_eligible_are_suggested(session: Session) -> None:
    matching.profile(session, status=ProfileStatus.DRAFT)
    matching.profile(session, status=ProfileStatus.PAUSED, paused_at=utc_now())
    matching.profile(session, agreed=False)
    matching.opportunity(session)
    matching.opportunity(session, closes_in=-3)
    matching.run(session)
    assert all_suggestions(session) == []


def test_a_post_of_the_own_organisation_is_not_suggested(session: Session) -> None:
    profile = matching.profile(session)
    matching.opportunity(session, organisation=profile.organisation)
    matching.run(session)
    assert all_suggestions(session) == []


def test_pseudonyms_differ_by_post(session: Session) -> None:
    matching.profile(session)
    for _ in range(3):
        matching.opportunity(session)
    matching.run(session)
    assert len({row.pseudonym for row in all_suggestions(session)}) == 3


def test_a_burst_of_changes_makes_one_run(session: Session) -> None:
    profile, other = matching.profile(session), matching.profile(session)
    post = matching.opportunity(session)
    for _ in range(5):
        change(session, profile, updated_at=utc_now())
    change(session, other, kinds=["secondment"])
    with transaction(session):
        events.emit(session, events.OpportunityChanged(post.id))
    run = session.scalars(select(MatchRun)).one()
    assert run.scope == {
        "profile_ids": sorted((str(profile.id), str(other.id))),
        "opportunity_ids": [str(post.id)],
    }
    assert session.scalar(select(func.count()).select_from(OutboxItem).where(OutboxItem.kind == "match")) == 1
    work(session)
    assert session.get_one(MatchRun, run.id).status is RunStatus.DONE
    change(session, profile, updated_at=utc_now())
    assert session.scalar(select(func.count()).select_from(MatchRun)) == 2


def test_the_button_pressed_twice_asks_for_one_run(session: Session) -> None:
    admin = build.administrator(session)
    first = services.request_run(session, actor=admin, trigger=services.BUTTON).id
    assert services.request_run(session, actor=admin, trigger=services.BUTTON).id == first
    change_run = services.request_run(session, profile_ids=[UUID(int=1)])
    assert change_run.id == first
    assert change_run.scope == {}


def test_a_draft_profile_asks_for_no_run(session: Session) -> None:
    change(session, matching.profile(session, status=ProfileStatus.DRAFT))
    assert session.scalars(select(MatchRun)).all() == []


def test_what_changes_while_a_run_works_is_left_to_its_own_run(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile, steady = matching.profile(session), matching.profile(session)
    matching.opportunity(session)
    explain = SkillMatcher.explain_to_keep

    def meanwhile(self: SkillMatcher, profile_id: str, opportunity_id: str) -> Any:
        found = explain(self, profile_id, opportunity_id)
        if profile_id == str(profile.id):
            change(session, profile, status=ProfileStatus.WITHDRAWN, withdrawn_at=utc_now())
        return found

    monkeypatch.setattr(SkillMatcher, "explain_to_keep", meanwhile)
    matching.run(session)
    assert only(session).profile_id == steady.id


def test_the_database_refuses_two_open_suggestions_of_a_pair(session: Session) -> None:
    found = matching.suggestion(session)
    kept = {item.key: getattr(found, item.key) for item in inspect(MatchSuggestion).column_attrs}
    for name in ("id", "version", "created_at", "updated_at"):
        kept.pop(name)
    session.add(MatchSuggestion(**kept))
    with pytest.raises(IntegrityError):
        session.flush()


def test_named_pairs_are_suggested_whatever_their_rank(session: Session) -> None:
    weak = matching.profile(session, skills=UNRELATED, text="")
    post = matching.opportunity(session)
    (made,) = services.suggest_pairs(session, pairs=[(weak.id, post.id)])
    assert made.band is Band.WEAK
    assert made.run.trigger == "pairs"
    with pytest.raises(TransitionRefused):
        services.suggest_pairs(session, pairs=[(weak.id, post.id)])
    with pytest.raises(NotFound):
        services.suggest_pairs(session, pairs=[(UUID(int=7), post.id)])


def test_reviewers_of_the_sending_country_are_told_once(session: Session) -> None:
    british, korean = build.administrator(session), build.administrator(session, country=Country.KR)
    matching.profile(session)
    matching.opportunity(session)
    matching.run(session)
    work(session)
    matching.opportunity(session)
    matching.run(session)
    work(session)
    notices = session.scalars(select(Notification).where(Notification.kind == "suggestions_to_review")).all()
    assert [notice.user_id for notice in notices] == [british.id]
    assert korean.id not in [notice.user_id for notice in notices]


def test_a_cancelled_post_ends_its_suggestions_as_withdrawn(session: Session) -> None:
    found = matching.suggestion(session)
    done = matching.suggestion(session, opportunity=session.get_one(Opportunity, found.opportunity_id))
    answer(session, done, Decider.REVIEWER, Answer.NO, "reviewer-level-too-low")
    with transaction(session):
        events.emit(session, events.OpportunityCancelled(found.opportunity_id))
    first, second = all_suggestions(session)
    assert first.closed_reason is not None
    assert first.closed_reason.code == "post-withdrawn"
    assert derived_status(second) is Status.REJECTED
    assert second.closed_at is None


def test_a_closed_post_keeps_its_suggestions(session: Session) -> None:
    found = matching.suggestion(session)
    with transaction(session):
        events.emit(session, events.OpportunityClosed(found.opportunity_id))
    assert only(session).closed_at is None


def test_a_withdrawn_profile_ends_everything_open(session: Session, mailbox: Any) -> None:
    found = matching.suggestion(session)
    host = build.hr(session, organisation=found.opportunity.organisation)
    answer(session, found, Decider.REVIEWER, Answer.YES, "reviewer-skills-fit")
    work(session)
    with transaction(session):
        events.emit(session, events.ProfileWithdrawn(found.profile_id))
    assert derived_status(only(session)) is Status.WITHDRAWN
    work(session)
    told = session.scalars(select(Notification.kind).where(Notification.user_id == host.id)).all()
    assert told == []  # the host had not heard of the pairing yet, so there is nothing to take back


def test_a_pause_ends_what_was_not_put_forward_and_asks_about_the_rest(session: Session) -> None:
    profile = matching.profile(session)
    pending = matching.suggestion(session, profile=profile)
    approved = matching.suggestion(session, profile=profile)
    answer(session, approved, Decider.REVIEWER, Answer.YES, "reviewer-skills-fit")
    with transaction(session):
        row = session.get_one(Profile, profile.id)
        row.status, row.paused_at = ProfileStatus.PAUSED, utc_now()
        events.emit(session, events.ProfilePaused(profile.id))
    session.expire_all()
    ended = session.get_one(MatchSuggestion, pending.id)
    assert ended.closed_reason is not None
    assert ended.closed_reason.code == "profile-paused"
    assert derived_status(session.get_one(MatchSuggestion, approved.id)) is Status.APPROVED
    work(session)
    asked = session.scalars(select(Notification).where(Notification.kind == "pause_question")).one()
    assert asked.user_id == profile.user_id
    change(session, profile, status=ProfileStatus.ACTIVE)
    work(session)
    again = [row for row in all_suggestions(session) if row.opportunity_id == pending.opportunity_id]
    assert [derived_status(row) for row in again] == [Status.WITHDRAWN, Status.SUGGESTED]


def test_suggestions_expire_by_the_clock(session: Session) -> None:
    found = matching.suggestion(session)
    young = matching.suggestion(session)
    rejected = matching.suggestion(session)
    answer(session, rejected, Decider.REVIEWER, Answer.NO, "reviewer-level-too-low")
    with transaction(session):
        for row in (found, rejected):
            session.get_one(MatchSuggestion, row.id).created_at = utc_now() - timedelta(days=61)
    assert endings.expire_suggestions(session) == 1
    assert jobs.run_clock(session) == 0
    session.expire_all()
    assert derived_status(session.get_one(MatchSuggestion, found.id)) is Status.EXPIRED
    assert derived_status(session.get_one(MatchSuggestion, young.id)) is Status.SUGGESTED
    assert derived_status(session.get_one(MatchSuggestion, rejected.id)) is Status.REJECTED


def test_an_expired_pair_comes_back_only_when_something_changed(session: Session) -> None:
    profile = matching.profile(session)
    found = matching.suggestion(session, profile=profile)
    with transaction(session):
        session.get_one(MatchSuggestion, found.id).created_at = utc_now() - timedelta(days=61)
    endings.expire_suggestions(session)
    assert matching.run(session).suggested == 0
    with transaction(session):
        session.add(ProfileSkill(profile_id=profile.id, skill_id="user-focus", level=2))
        session.get_one(Profile, profile.id).updated_at = utc_now()
    assert matching.run(session).suggested == 1


def test_a_run_that_fails_is_noted_and_tried_again(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    matching.profile(session)
    matching.opportunity(session)
    run_id = services.request_run(session).id
    read = queries_inputs.active_profiles
    monkeypatch.setattr(queries_inputs, "active_profiles", lambda _session: 1 / 0)
    outbox.run_due(session)
    broken = session.get_one(MatchRun, run_id)
    assert (broken.status, broken.error) == (RunStatus.FAILED, "ZeroDivisionError")
    monkeypatch.setattr(queries_inputs, "active_profiles", read)
    with transaction(session):
        item = session.scalars(select(OutboxItem).where(OutboxItem.kind == "match")).one()
        item.not_before = utc_now()
    work(session)
    session.expire_all()
    done = session.get_one(MatchRun, run_id)
    assert (done.status, done.error, done.suggested) == (RunStatus.DONE, "", 1)


def test_a_run_whose_process_was_lost_is_marked(session: Session) -> None:
    run_id = services.start_run(session).id
    assert services.fail_broken_runs(session) == 0
    with transaction(session):
        session.get_one(MatchRun, run_id).updated_at = utc_now() - timedelta(hours=1)
    assert services.fail_broken_runs(session) == 1
    assert session.get_one(MatchRun, run_id).status is RunStatus.FAILED


def test_reading_inputs_takes_a_fixed_number_of_statements(session: Session, statements: list[str]) -> None:
    counts = []
    for _ in range(2):
        for _ in range(3):
            matching.profile(session)
            matching.opportunity(session)
        session.expire_all()
        statements.clear()
        facts = queries_inputs.facts(session, utc_now())
        assert queries_inputs.active_profiles(session)
        assert queries_inputs.published_posts(session)
        assert facts.purposes
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 14
