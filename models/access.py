"""Sessions, tries, single sign-on, invitations: who gets in, and for how long."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Stamped, UuidKey, utc_now
from models.framework import Organisation
from models.people import User
from models.types import Country, Language


class UserSession(UuidKey, Base):
    """One browser in which somebody is signed in, or has given a password and owes the second factor.

    The cookie holds a random key; only its hash is kept here. What is not signed in has no row.
    """

    __tablename__ = "user_session"

    key_hash: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"), index=True)
    """None until the second factor is given."""
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    """Start of the absolute limit; kept when the key changes at the second factor."""
    seen_at: Mapped[datetime] = mapped_column(default=utc_now, index=True)
    address: Mapped[str] = mapped_column(default="")
    browser: Mapped[str] = mapped_column(default="")
    """Kind of browser and system in a few words, shown to its owner."""


class Throttle(Base):
    """How often something was tried under one key lately. Keys are keyed hashes: no address or e-mail is kept."""

    __tablename__ = "throttle"

    key: Mapped[str] = mapped_column(primary_key=True)
    tries: Mapped[int] = mapped_column(default=0)
    window_began_at: Mapped[datetime]
    blocked_until: Mapped[datetime | None]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class IdentityLink(UuidKey, Base):
    """An account at an organisation's identity provider that signs in as a person here."""

    __tablename__ = "identity_link"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    provider: Mapped[str]
    issuer: Mapped[str]
    subject: Mapped[str]
    linked_at: Mapped[datetime] = mapped_column(default=utc_now)
    last_used_at: Mapped[datetime | None]
    user: Mapped[User] = relationship()


class Invitation(UuidKey, Stamped, Base):
    """An administrator asks somebody to join as HR staff of an organisation. Only the hash of its link is kept."""

    __tablename__ = "invitation"
    __table_args__ = (
        Index(
            "uq_invitation_open",
            "email",
            "organisation_id",
            unique=True,
            sqlite_where=text("accepted_at IS NULL AND withdrawn_at IS NULL"),
            postgresql_where=text("accepted_at IS NULL AND withdrawn_at IS NULL"),
        ),
    )

    email: Mapped[str]
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), index=True)
    language: Mapped[Language]
    token_hash: Mapped[str] = mapped_column(unique=True)
    invited_by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    accepted_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    withdrawn_at: Mapped[datetime | None]
    organisation: Mapped[Organisation] = relationship()
    invited_by: Mapped[User] = relationship(foreign_keys=[invited_by_id])


class AdministratorProposal(UuidKey, Stamped, Base):
    """One administrator proposes a new one; another confirms or refuses before anything is granted."""

    __tablename__ = "administrator_proposal"
    __table_args__ = (
        CheckConstraint("decided_by_id IS NULL OR decided_by_id <> proposed_by_id", name="two_people"),
        CheckConstraint("(decided_at IS NULL) = (decided_by_id IS NULL)", name="answer_is_signed"),
        Index(
            "uq_administrator_proposal_open",
            "user_id",
            "country",
            unique=True,
            sqlite_where=text("decided_at IS NULL AND withdrawn_at IS NULL"),
            postgresql_where=text("decided_at IS NULL AND withdrawn_at IS NULL"),
        ),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    country: Mapped[Country]
    proposed_by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    reason: Mapped[str] = mapped_column(Text, default="")
    decided_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    decided_at: Mapped[datetime | None]
    confirmed: Mapped[bool | None]
    answer_note: Mapped[str] = mapped_column(Text, default="")
    """Why it was refused."""
    expires_at: Mapped[datetime]
    """After this moment nobody can confirm it any more."""
    withdrawn_at: Mapped[datetime | None]
    """When the proposer took it back, or a new proposal took the place of one that had expired."""
    user: Mapped[User] = relationship(foreign_keys=[user_id])
    proposed_by: Mapped[User] = relationship(foreign_keys=[proposed_by_id])
