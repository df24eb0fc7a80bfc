"""Small builders: one line each in a test, real rows in the database. Every call commits.

`build.user(session)` and friends make what is asked for and whatever it needs; keyword arguments override.
"""

from __future__ import annotations

from itertools import count
from typing import Any
from uuid import uuid4

from flask_security import hash_password
from sqlalchemy.orm import Session

from models import MailDomain, NoticeReading, Organisation, RoleGrant, User, WorksHere, utc_now
from models.types import ConfirmationStatus, Country, Language, RoleName
from talent.auth import one_time_codes
from talent.db import transaction
from talent.framework import notices
from tests.support.page import FACTOR_KEY, PASSWORD

_numbers = count(1)


def organisation(
    session: Session, *, country: Country = Country.GB, domain: str | None = None, **values: Any
) -> Organisation:
    number = next(_numbers)
    with transaction(session):
        row = Organisation(
            id=values.pop("id", f"test-{country.value.lower()}-{number}"),
            country=country,
            type="test",
            name_en=f"Office number {number}",
            name_ko=f"제{number}사무처",
            time_zone="Europe/London" if country is Country.GB else "Asia/Seoul",
            **values,
        )
        row.domains.append(MailDomain(domain=domain or f"office{number}.example"))
        session.add(row)
    return row


def user(
    session: Session,
    *,
    organisation: Organisation | None = None,
    country: Country = Country.GB,
    works_here: ConfirmationStatus | None = None,
    civil_servant: bool = False,
    notice_read: bool = True,
    **values: Any,
) -> User:
    """A confirmed account with no role unless `civil_servant` is set; a civil servant has read the notice."""
    home = organisation or globals()["organisation"](session, country=country)
    number = next(_numbers)
    with transaction(session):
        row = User(
            **{
                "email": f"person{number}@{home.domains[0].domain}",
                "password": hash_password(PASSWORD),
                "active": True,
                "fs_uniquifier": uuid4().hex,
                "confirmed_at": utc_now(),
                "name_home": f"Rowan Testperson {number}" if home.country is Country.GB else f"시험인 {number}",
                "name_romanised": f"Rowan Testperson {number}",
                "language": Language.EN,
                "organisation_id": home.id,
                **values,
            }
        )
        session.add(row)
        session.flush()
        if civil_servant:
            session.add(RoleGrant(user_id=row.id, role=RoleName.CIVIL_SERVANT))
            notice = notices.in_force(session, notices.MATCHING, home.country) if notice_read else None
            if notice is not None:
                session.add(NoticeReading(user_id=row.id, notice_id=notice.id, language=row.language))
        if works_here is not None:
            session.add(_works_here(row, home, works_here))
    session.refresh(row)
    return row


def _works_here(person: User, home: Organisation, status: ConfirmationStatus) -> WorksHere:
    decided = status is not ConfirmationStatus.PENDING
    return WorksHere(
        user_id=person.id,
        organisation_id=home.id,
        status=status,
        decided_by_id=person.id if decided else None,
        decided_at=utc_now() if decided else None,
    )


def civil_servant(session: Session, **values: Any) -> User:
    """A civil servant whose organisation has confirmed that they work there."""
    return user(session, **{"works_here": ConfirmationStatus.CONFIRMED, "civil_servant": True, **values})


def enrol(session: Session, person: User) -> User:
    """Give somebody an authenticator app with the key that `Visitor.sign_in` takes its codes from."""
    with transaction(session):
        one_time_codes.enrol(session.get_one(User, person.id), FACTOR_KEY)
    session.refresh(person)
    return person


def grant(session: Session, person: User, role: RoleName, *, enrolled: bool = True, **scope: Any) -> User:
    """Give a role. HR staff and administrators get an authenticator app, unless `enrolled` is False."""
    with transaction(session):
        session.add(RoleGrant(user_id=person.id, role=role, **scope))
    if enrolled and role in (RoleName.HR, RoleName.ADMINISTRATOR) and person.tf_primary_method is None:
        enrol(session, person)
    session.refresh(person)
    return person


def hr(
    session: Session,
    *,
    organisation: Organisation | None = None,
    country: Country = Country.GB,
    enrolled: bool = True,
    **values: Any,
) -> User:
    home = organisation or globals()["organisation"](session, country=country)
    person = user(session, organisation=home, **values)
    return grant(session, person, RoleName.HR, enrolled=enrolled, organisation_id=home.id)


def administrator(session: Session, *, country: Country = Country.GB, enrolled: bool = True, **values: Any) -> User:
    person = user(session, country=country, **values)
    return grant(session, person, RoleName.ADMINISTRATOR, enrolled=enrolled, country=country)


def translator(session: Session, **values: Any) -> User:
    return grant(session, user(session, **values), RoleName.TRANSLATOR)
