"""Everyone whom no rule keeps from a post, without any score."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from ml.eligibility import check_eligibility, is_eligible
from models import DeclaredInterest, Opportunity, Organisation, Profile, User, utc_now
from talent.matching import queries_inputs
from talent.matching.adapter import opportunity_record, rules_record
from talent.matching.names_seen import people_seen
from talent.matching.policies import organisations_of


def eligible(session: Session, actor: User, post: Opportunity) -> list[UUID]:
    """Ids of people of the administrator's countries who pass every rule; only what the rules read is loaded.

    Left out: who opted out of matching, who the administrator has an interest in, and whose name they saw beside this
    post.
    """
    declared = select(DeclaredInterest.profile_id).where(
        DeclaredInterest.reviewer_id == actor.id, DeclaredInterest.profile_id.is_not(None)
    )
    rows = session.scalars(
        select(Profile)
        .join(Organisation, Organisation.id == Profile.organisation_id)
        .where(
            *queries_inputs.may_be_matched(),
            Organisation.country.in_(actor.administered_countries),
            Profile.organisation_id.not_in({post.organisation_id, *organisations_of(actor)}),
            func.coalesce(Profile.user_id != actor.id, True),
            Profile.id.not_in(declared),
            Profile.id.not_in(people_seen(actor, post)),
        )
        .options(
            joinedload(Profile.organisation),
            joinedload(Profile.grade),
            selectinload(Profile.languages),
            selectinload(Profile.bases),
        )
    ).all()
    facts = queries_inputs.facts(session, utc_now())
    theirs = opportunity_record(post, facts)
    return [row.id for row in rows if is_eligible(check_eligibility(rules_record(row, facts), theirs))]
