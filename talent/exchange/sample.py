"""The sample people, posts and pairings that `flask seed-demo` loads into an empty database."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from flask_security import hash_password
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import MailDomain, Organisation, RoleGrant, User, WorksHere, utc_now
from models.types import ConfirmationStatus, Country, RoleName
from talent.audit.services import record
from talent.auth import one_time_codes
from talent.auth.policies import must_have_second_factor
from talent.auth.sample_accounts import ACCOUNTS_FILE as ACCOUNTS_FILE
from talent.config import ROOT, Settings
from talent.db import transaction
from talent.errors import Forbidden
from talent.exchange.sample_cast import Cast
from talent.exchange.sample_posts import make_post
from talent.exchange.sample_profiles import make_profile
from talent.exchange.sample_stories import tell_stories
from talent.i18n import _

FOLDER = ROOT / "data" / "sample"


def seed(session: Session, settings: Settings, *, only_if_empty: bool = False) -> str:
    """Load the sample in one transaction; returns a line that says what was loaded.

    Raises Forbidden where sample data is switched off, and when there are people already unless `only_if_empty` is set.
    """
    if not settings.allow_sample_data:
        raise Forbidden(_("Sample data is switched off"))
    if session.scalar(select(func.count()).select_from(User)):
        if only_if_empty:
            return "There are people already: no sample data loaded"
        raise Forbidden(_("There are people already: sample data goes into an empty database only"))
    cast, password = Cast(), secrets.token_urlsafe(12)
    with transaction(session):
        _load_people(session, cast, password)
        _load_records(session, cast)
        tell_stories(session, cast, _read("stories"))
    write_accounts(settings.instance_dir, cast.accounts)
    return f"{len(cast.people)} people, {len(cast.profiles)} profiles and {len(cast.posts)} posts loaded"


def write_accounts(folder: Path, accounts: dict[str, dict[str, str]]) -> None:
    """Write the sample sign-ins where only the owner of this installation reads them."""
    path = folder / ACCOUNTS_FILE
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(accounts, file, ensure_ascii=False, indent=2)


def _read(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return rows


def _load_people(session: Session, cast: Cast, password: str) -> None:
    for row in _read("organisations"):
        session.add(_organisation(row))
    session.flush()
    # One hash and one key serve all: hashing is slow on purpose, and these passwords protect nothing.
    hashed, key = hash_password(password), one_time_codes.new_key()
    profiles = _read("profiles")
    for row in [*_read("people"), *profiles]:
        cast.people[row["key"]] = user = _user(row, hashed)
        session.add(user)
        session.flush()
        session.add_all(_grants(user, row.get("roles") or [{"role": "civil_servant"}]))
        record(session, None, "account.sample", user)
        if row.get("account"):
            cast.accounts[row["account"]] = {"email": user.email, "password": password}
        session.flush()
        session.refresh(user, ["grants"])
        if must_have_second_factor(user):
            one_time_codes.enrol(user, key)
            if row.get("account"):
                cast.accounts[row["account"]]["totp_secret"] = key
    session.flush()
    session.add_all(_works_here(cast, profiles))


def _load_records(session: Session, cast: Cast) -> None:
    for row in _read("profiles"):
        cast.profiles[row["key"]] = make_profile(session, cast.people[row["key"]], row)
    for row in _read("opportunities"):
        author = cast.people[row["created_by"]]
        publisher = cast.people[row["published_by"]] if row["published_by"] else None
        cast.posts[row["key"]] = make_post(session, author, publisher, row)
    session.flush()
    session.expire_all()  # from here on values are what the database gives: enumerations, not words of a file


def _organisation(row: dict[str, Any]) -> Organisation:
    return Organisation(
        id=row["organisation_id"],
        country=Country(row["country"]),
        type=row["type"],
        acronym=row["acronym"],
        name_en=row["name_en"],
        name_ko=row["name_ko"],
        time_zone=row["time_zone"],
        sample=True,
        domains=[MailDomain(domain=domain) for domain in row["mail_domains"]],
    )


def _user(row: dict[str, Any], hashed: str) -> User:
    return User(
        email=row["email"],
        password=hashed,
        active=True,
        fs_uniquifier=uuid4().hex,
        confirmed_at=utc_now() - timedelta(days=90),
        name_home=row["name_home"],
        name_romanised=row["name_romanised"],
        name_order=row["name_order"],
        form_of_address=row["form_of_address"] or "",
        language=row["language"],
        organisation_id=row["organisation_id"],
        sample=True,
    )


def _grants(user: User, roles: Iterable[dict[str, Any]]) -> list[RoleGrant]:
    names = {RoleName(role["role"]): role for role in roles}
    return [
        RoleGrant(
            user_id=user.id,
            role=name,
            organisation_id=user.organisation_id if name is RoleName.HR else None,
            country=Country(role["country"]) if role.get("country") else None,
        )
        for name, role in names.items()
    ]


def _works_here(cast: Cast, profiles: list[dict[str, Any]]) -> list[WorksHere]:
    """Everybody with a profile is confirmed by the first HR staff of their organisation; HR staff by the second."""
    staff: dict[str, list[User]] = {}
    for user in cast.people.values():
        for organisation_id in {grant.organisation_id for grant in _grants_of(user) if grant.organisation_id}:
            staff.setdefault(organisation_id, []).append(user)
    rows = []
    for row in profiles:
        user = cast.people[row["key"]]
        confirmed_by = next(iter(staff.get(row["organisation_id"], [])), None)
        rows.append(
            WorksHere(
                user_id=user.id,
                organisation_id=row["organisation_id"],
                status=ConfirmationStatus.CONFIRMED if confirmed_by else ConfirmationStatus.PENDING,
                decided_by_id=confirmed_by.id if confirmed_by else None,
                decided_at=utc_now() - timedelta(days=80) if confirmed_by else None,
            )
        )
    return rows


def _grants_of(user: User) -> list[RoleGrant]:
    return list(user.grants)
