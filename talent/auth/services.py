"""Accounts: registering, language, roles."""

from __future__ import annotations

from sqlalchemy.orm import Session

from models import User
from models.types import Language
from talent.audit.services import record
from talent.db import transaction


def set_language(session: Session, *, actor: User, language: Language) -> None:
    """Keep the person's language with the account."""
    with transaction(session):
        user = session.get_one(User, actor.id)
        if user.language is not language:
            user.language = language
            record(session, user, "account.language", user, language=language)
