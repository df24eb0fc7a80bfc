"""Sample posts: rows of data/sample/opportunities.json into the tables."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from models import (
    CostLine,
    Opportunity,
    OpportunityEvent,
    OpportunitySkill,
    OpportunityText,
    User,
    utc_now,
)
from models.text import text_hash
from models.types import Country, Language, OpportunityStatus, TextState
from talent.audit.services import record

STRAIGHT = (
    "kind",
    "role_level_id",
    "places",
    "length",
    "length_unit",
    "working_pattern",
    "work_mode",
    "region_code",
    "working_language",
    "speaking_level",
    "reading_level",
    "interpreter",
    "grade_min_id",
    "grade_max_id",
    "audience",
    "access_needed",
    "reserved_for_nationals",
    "uk_route",
    "kind_details",
)
PATH = {
    "draft": (),
    "submitted": ("submitted",),
    "published": ("submitted", "published"),
    "paused": ("submitted", "published", "paused"),
    "closed": ("submitted", "published", "closed"),
    "cancelled": ("submitted", "published", "cancelled"),
}


def make_post(session: Session, author: User, publisher: User | None, row: dict[str, Any]) -> Opportunity:
    """One post with everything it names, in the state its row says."""
    post = Opportunity(
        organisation_id=row["organisation_id"],
        author_id=author.id,
        start_earliest=_day(row["start_earliest_days"]),
        start_latest=_day(row["start_latest_days"]),
        closes_on=_day(row["closes_in_days"]),
        uk_sponsor=row["uk_sponsor"] or "",
        supernumerary_reason=row["supernumerary_reason"] or "",
        created_at=utc_now() - timedelta(days=23),
        **{name: row[name] for name in STRAIGHT if row[name] is not None},
        texts=_texts(row, author),
        skills=[OpportunitySkill(**item) for item in row["skills"]],
    )
    session.add(post)
    session.flush()
    session.refresh(post, ["organisation"])
    post.cost_lines = _cost_lines(row, post.organisation.country)
    _walk(session, post, author, publisher, PATH[row["status"]])
    if row["awaited_ok"] and publisher is not None:
        post.translation_awaited_by_id = publisher.id
    return post


def _texts(row: dict[str, Any], author: User) -> list[OpportunityText]:
    original = Language(row["original_lang"])
    rows = []
    for name, versions in row["texts"].items():
        source, translation = versions[original.value], versions[original.other.value]
        rows.append(
            OpportunityText(
                field=name, lang=original, content=source, state=TextState.ORIGINAL, written_by_id=author.id
            )
        )
        rows.append(
            OpportunityText(
                field=name,
                lang=original.other,
                content=translation or "",
                state=TextState.CHECKED if translation else TextState.AWAITED,
                source_hash=text_hash(source) if translation else None,
                written_by_id=author.id if translation else None,
                checked_by_id=author.id if translation else None,
                checked_at=utc_now() if translation else None,
            )
        )
    return rows


def _cost_lines(row: dict[str, Any], country: Country) -> list[CostLine]:
    return [
        CostLine(
            position=position,
            item=item["item"],
            payer=item["payer"],
            cap=item["cap"],
            currency=item["currency"],
            year=budget_year(utc_now().date(), country, item["year_offset"]),
        )
        for position, item in enumerate(row["cost_lines"])
    ]


def budget_year(day: date, country: Country, offset: int) -> str:
    """The budget year `offset` years after the one that holds the day: 2027/28 in the UK, 2027 in Korea."""
    if country is Country.KR:
        return str(day.year + offset)
    first = day.year + offset - (1 if (day.month, day.day) < (4, 1) else 0)
    return f"{first}/{(first + 1) % 100:02d}"


def _walk(session: Session, post: Opportunity, author: User, publisher: User | None, path: tuple[str, ...]) -> None:
    for position, name in enumerate(path):
        to, actor = OpportunityStatus(name), author if name == "submitted" else publisher or author
        if to is OpportunityStatus.SUBMITTED:
            post.submitted_at = utc_now() - timedelta(days=21)
        if to is OpportunityStatus.PUBLISHED:
            post.published_at, post.approved_by_id = utc_now() - timedelta(days=20), actor.id
        if to is OpportunityStatus.CLOSED:
            post.closed_at = utc_now() - timedelta(days=1)
        session.add(
            OpportunityEvent(
                opportunity_id=post.id,
                action={"submitted": "submit", "published": "publish", "paused": "pause", "closed": "close"}.get(
                    name, "cancel"
                ),
                from_status=post.status,
                to_status=to,
                actor_id=actor.id,
                role="hr",
                at=utc_now() - timedelta(days=21 - position),
            )
        )
        post.status = to
        record(session, actor, f"opportunity.{name}", post, sample=True)


def _day(offset: int | None) -> Any:
    return None if offset is None else utc_now().date() + timedelta(days=offset)
