"""An alert when decisions follow the matcher so often that nobody may be judging: told once, until it is over."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AuditEntry, MatchSuggestion, User
from models.types import Country, Decider
from talent import events
from talent.audit.services import record
from talent.db import transaction
from talent.i18n import _
from talent.matching.notices import administrators
from talent.matching.review_rules import review_rules
from talent.notifications.kinds import Kind, register
from talent.notifications.services import notify
from talent.review import report

RAISED, OVER = "review.alert_raised", "review.alert_over"

register(
    "rubber_stamping",
    Kind(
        _("Reviews almost always follow the matcher"),
        _(
            "A reviewer’s latest decisions agree with the matcher so often that the matcher may be deciding. Look at "
            "the report, and discuss how reviews are done."
        ),
        _("See the report"),
    ),
)


def watch() -> None:
    """Look after every decision of a reviewer."""
    events.on(events.SuggestionAnswered, _answered)


def _answered(session: Session, event: events.SuggestionAnswered) -> None:
    if event.decider is not Decider.REVIEWER:
        return
    decision = session.get_one(MatchSuggestion, event.suggestion_id).decision(Decider.REVIEWER)
    if decision.decided_by_id is not None:  # none once it is taken back
        check_reviewer(session, session.get_one(User, decision.decided_by_id))


def check_reviewer(session: Session, reviewer: User) -> bool:
    """Raise or end the alert about one reviewer; True while it holds. The notice names nobody."""
    with transaction(session):
        stamping = report.stamps(report.reviewed(session, reviewer_id=reviewer.id), review_rules(session))
        raised = _last(session, reviewer) == RAISED
        if stamping and not raised:
            record(session, None, RAISED, reviewer)
            people = {person.id: person for country in Country for person in administrators(session, country)}
            for person in people.values():
                notify(
                    session,
                    person,
                    "rubber_stamping",
                    endpoint="review.report",
                    dedupe_key=f"rubber-stamping:{reviewer.id}:{person.id}",
                )
        elif raised and not stamping:
            record(session, None, OVER, reviewer)
        return stamping


def _last(session: Session, reviewer: User) -> str | None:
    return session.scalar(
        select(AuditEntry.action)
        .where(
            AuditEntry.subject_type == "User",
            AuditEntry.subject_id == str(reviewer.id),
            AuditEntry.action.in_((RAISED, OVER)),
        )
        .order_by(AuditEntry.id.desc())
        .limit(1)
    )
