"""Optional equality monitoring: answers in a store of their own, under a pseudonym that nothing joins to people.

The owner of an answer is a keyed hash of the account's id; the key is a setting (MONITORING_KEY) and is not in the
database. A row has a day and no time, and saving leaves no line in the record of what people did: who answered at all
is nobody's business. Nobody reads rows but their owner; everything else gets counts from `group_counts`.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models import MonitoringAnswer, MonitoringOption, MonitoringQuestion, PrivacyNotice, User, utc_now
from models.types import Country
from talent.db import transaction
from talent.errors import Invalid
from talent.framework import notices
from talent.framework.dated import rows_in_force
from talent.i18n import _
from talent.small_counts import LEAST, published_group

NOTICE = "equality-monitoring"
NOT_ANSWERED = "not-answered"
KEY = "monitoring_key"
"""Execution option of the engine that holds the setting MONITORING_KEY; create_app sets it."""


@dataclass(frozen=True)
class Asked:
    """A question with the answers that can be chosen."""

    question: MonitoringQuestion
    options: Sequence[MonitoringOption]


@dataclass(frozen=True)
class Given:
    """One answer as its owner sees it. The words are None when the list no longer has the code."""

    question: str
    answer: str
    asked: MonitoringQuestion | None
    option: MonitoringOption | None
    notice_version: str
    answered_on: date


def owner_of(user_id: UUID, key: str) -> str:
    """The pseudonym of an account: the same each time, and nothing without the key."""
    return hmac.new(key.encode(), b"equality-monitoring:" + user_id.bytes, hashlib.sha256).hexdigest()


def questions(session: Session, country: Country) -> list[Asked]:
    """What may be asked in a country today; empty where nothing may."""
    options = rows_in_force(session, MonitoringOption, country=country)
    return [
        Asked(row, [option for option in options if option.question == row.code])
        for row in rows_in_force(session, MonitoringQuestion, country=country)
    ]


def notice(session: Session, country: Country) -> PrivacyNotice | None:
    """The notice that stands above the questions; without one nothing is asked."""
    return notices.in_force(session, NOTICE, country)


def answers_of(session: Session, user: User) -> list[Given]:
    """Everything this person has answered, for themselves alone."""
    rows = session.scalars(
        select(MonitoringAnswer)
        .where(MonitoringAnswer.owner == owner_of(user.id, _key(session)))
        .order_by(MonitoringAnswer.question)
    ).all()
    if not rows:
        return []
    country = user.organisation.country if user.organisation is not None else None
    asked = {row.code: row for row in rows_in_force(session, MonitoringQuestion, country=country)}
    options = {(row.question, row.code): row for row in rows_in_force(session, MonitoringOption, country=country)}
    return [
        Given(
            row.question,
            row.answer,
            asked.get(row.question),
            options.get((row.question, row.answer)),
            row.notice_version,
            row.answered_on,
        )
        for row in rows
    ]


def save_answers(session: Session, actor: User, answers: Mapping[str, str], *, notice_id: UUID) -> None:
    """Keep these answers, in place of all earlier ones of this person; what is left empty is not kept.

    Raises Invalid for a question or an answer that is not asked in the person's country, and when `notice_id` is not
    the notice in force: the person has then read another text.
    """
    assert actor.organisation is not None
    country = actor.organisation.country
    with transaction(session):
        shown = notice(session, country)
        if shown is None or shown.id != notice_id:
            raise Invalid(fields={"agreed": _("The notice changed while you were reading it. Read it again")})
        allowed = {item.question.code: {option.code for option in item.options} for item in questions(session, country)}
        wrong = {code for code, answer in answers.items() if answer not in allowed.get(code, ())}
        if wrong:
            raise Invalid(fields=dict.fromkeys(sorted(wrong), _("Choose from the list")))
        owner = owner_of(actor.id, _key(session))
        session.execute(delete(MonitoringAnswer).where(MonitoringAnswer.owner == owner))
        today = utc_now().date()
        session.add_all(
            MonitoringAnswer(
                owner=owner, question=code, answer=answer, notice_version=shown.notice_version, answered_on=today
            )
            for code, answer in sorted(answers.items())
        )


def forget(session: Session, user_id: UUID) -> int:
    """Delete every answer of an account; returns how many there were."""
    with transaction(session):
        found = session.execute(
            delete(MonitoringAnswer).where(MonitoringAnswer.owner == owner_of(user_id, _key(session)))
        )
        return int(found.rowcount or 0)  # type: ignore[attr-defined]


def group_counts(session: Session, question: str, accounts: Collection[UUID]) -> dict[str, int | None] | None:
    """How many of these accounts gave each answer, for reports of fairness; those without one are `not-answered`.

    Small counts are hidden (talent/small_counts.py). None when the accounts are fewer than ten.
    """
    key = _key(session)
    owners = {owner_of(account, key) for account in accounts}
    if len(owners) < LEAST:
        return None
    rows = session.execute(
        select(MonitoringAnswer.owner, MonitoringAnswer.answer).where(MonitoringAnswer.question == question)
    )
    counts = Counter(answer for owner, answer in rows if owner in owners)
    counts[NOT_ANSWERED] = len(owners) - sum(counts.values())
    return published_group(counts)


def _key(session: Session) -> str:
    return str(session.connection().get_execution_options()[KEY])
