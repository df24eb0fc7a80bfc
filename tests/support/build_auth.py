"""What the registration pages are given in tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Organisation, User, WorksHere
from models.types import ConfirmationStatus
from tests.support import build
from tests.support.page import PASSWORD, Page, Visitor

SignIn = Callable[[User | str], Visitor]


def details(**changes: Any) -> dict[str, Any]:
    """Good answers to the second step of registering."""
    return {
        "name_home": "홍길동",
        "name_romanised": "Hong Gildong",
        "name_order": "family_first",
        "form_of_address": "주무관님",
        "language": "en",
        "password": PASSWORD,
        "password_again": PASSWORD,
        **changes,
    }


def pending_person(session: Session, organisation: Organisation, **values: Any) -> tuple[User, WorksHere]:
    """A confirmed account whose organisation has not answered yet, and the question."""
    person = build.user(
        session, organisation=organisation, civil_servant=True, works_here=ConfirmationStatus.PENDING, **values
    )
    return person, session.scalars(select(WorksHere).where(WorksHere.user_id == person.id)).one()


def csrf_token(page: Page) -> str:
    """The token a browser would send from this page, for posting what no form on it offers."""
    assert page.tree is not None
    return next(control.get("value", "") for control in page.tree.iter("input") if control.get("name") == "csrf_token")
