"""Names that somebody had before. They are kept so that older texts go on hiding them, and for nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import User
from talent import name_patterns
from talent.audit.services import record
from talent.auth.registration import Names
from talent.db import after_commit, transaction

MOST_KEPT = 10
"""Of one person, the newest: each makes reading every text of theirs a little slower."""


def held_account(session: Session, actor: User) -> User:
    """The actor's account as it is now, held against other changes until the transaction ends."""
    wanted = select(User).where(User.id == actor.id).with_for_update(of=User)
    return session.scalars(wanted.execution_options(populate_existing=True)).unique().one()


def former_names_after(user: User, names: Names) -> list[str]:
    """The former names of an account that is about to take these names: newest first, each once.

    Left out is what hiding a present or another name hides as well, as where only capitals or spaces changed.
    """
    present = [names.name_home, names.name_romanised]
    kept: list[str] = []
    for name in user.every_name:
        if name.strip() and not any(name_patterns.is_hidden_with(name, other) for other in (*present, *kept)):
            kept.append(name)
    once = [
        name for name in kept if not any(name_patterns.is_hidden_with(name, other) for other in kept if other != name)
    ]
    return once[:MOST_KEPT]


def forget_former_names(session: Session, *, actor: User, keys: Iterable[str]) -> int:
    """Remove the former names with these keys from one's own account; returns how many went.

    From then on they are words like any other: texts that still hold them show them.
    """
    gone = set(keys)
    with transaction(session):
        user = held_account(session, actor)
        former = user.former_names or []
        left = [name for name in former if key_of(name) not in gone]
        removed = len(former) - len(left)
        if removed:
            user.former_names = left or None
            record(session, user, "account.former_names_removed", user, number=removed)
            after_commit(session, name_patterns.forget)
        return removed


def key_of(name: str) -> str:
    """What stands for a former name in a form: the same name, the same key, wherever in the list it is."""
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:16]
