"""People, what they may do, and where they work."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask_security import RoleMixin, UserMixin, WebAuthnMixin
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Stamped, UuidKey, utc_now
from models.framework import Organisation
from models.types import ConfirmationStatus, Country, Json, Language, NameOrder, RoleName

# Flask-Security requires a role table; what people may do here is in `role_grant`, which has scope and history.
security_roles = Table(
    "security_role_user",
    Base.metadata,
    Column("user_id", ForeignKey("user.id"), primary_key=True),
    Column("role_id", ForeignKey("security_role.id"), primary_key=True),
)


class SecurityRole(UuidKey, RoleMixin, Base):  # type: ignore[misc]
    """Flask-Security's own role record; unused by our policies."""

    __tablename__ = "security_role"

    name: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str | None]


class User(UuidKey, Stamped, UserMixin, Base):  # type: ignore[misc]
    """An account. Names are kept as the person writes them; nothing is guessed from them."""

    __tablename__ = "user"

    email: Mapped[str] = mapped_column(unique=True)
    password: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(unique=True)
    confirmed_at: Mapped[datetime | None]
    name_home: Mapped[str]
    """As written at home, in its own script and order."""
    name_romanised: Mapped[str]
    """As in the passport."""
    name_order: Mapped[NameOrder] = mapped_column(default=NameOrder.GIVEN_FIRST)
    former_names: Mapped[list[str] | None] = mapped_column(Json())
    """Names from before a change, newest first. Hidden in texts as present ones are; for nothing else."""
    form_of_address: Mapped[str] = mapped_column(default="")
    language: Mapped[Language] = mapped_column(default=Language.EN)
    organisation_id: Mapped[str | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    sample: Mapped[bool] = mapped_column(default=False)

    # Second factor. The names of the columns are Flask-Security's.
    tf_primary_method: Mapped[str | None]
    tf_totp_secret: Mapped[str | None] = mapped_column(Text)
    """Encrypted with a key that the database does not hold."""
    tf_last_counter: Mapped[int | None] = mapped_column(BigInteger)
    """Time step of the last authenticator code that was accepted; no code up to it is accepted again."""
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(Json())
    fs_webauthn_user_handle: Mapped[str | None] = mapped_column(unique=True)  # type: ignore[assignment]

    disabled_at: Mapped[datetime | None]
    """Set while `active` is False because an administrator ended access."""
    disabled_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    disabled_reason: Mapped[str | None]
    """Code of the reason (decider `person_disable`); kept for administrators, shown to nobody else."""
    disabled_note: Mapped[str | None] = mapped_column(Text)
    idle_warned_at: Mapped[datetime | None]
    """When the person was told that an account nobody uses is deleted soon."""
    erased_at: Mapped[datetime | None]
    """Set when the person had the account deleted: nothing personal is left, and the id is a pseudonym."""

    webauthn: Mapped[list[Passkey]] = relationship(  # type: ignore[assignment]
        back_populates="user", cascade="all, delete-orphan", order_by="Passkey.create_datetime"
    )
    roles: Mapped[list[SecurityRole]] = relationship(secondary=security_roles)  # type: ignore[assignment]
    organisation: Mapped[Organisation | None] = relationship(lazy="joined")
    grants: Mapped[list[RoleGrant]] = relationship(
        back_populates="user", foreign_keys="RoleGrant.user_id", lazy="selectin", order_by="RoleGrant.granted_at"
    )

    @property
    def every_name(self) -> tuple[str, ...]:
        """The names the person has and had: what is hidden from others in texts."""
        return self.name_home, self.name_romanised, *(self.former_names or ())

    def has_grant(self, role: RoleName, *, organisation_id: str | None = None, country: Country | None = None) -> bool:
        """True when a grant in force gives this role, within the organisation or country when one is named."""
        return any(
            grant.in_force
            and grant.role is role
            and (organisation_id is None or grant.organisation_id == organisation_id)
            and (country is None or grant.country is country)
            for grant in self.grants
        )

    @property
    def hr_organisation_ids(self) -> frozenset[str]:
        """Organisations this person is HR staff of."""
        return frozenset(
            grant.organisation_id
            for grant in self.grants
            if grant.in_force and grant.role is RoleName.HR and grant.organisation_id
        )

    @property
    def administered_countries(self) -> frozenset[Country]:
        """Countries this person is an administrator of."""
        return frozenset(
            grant.country
            for grant in self.grants
            if grant.in_force and grant.role is RoleName.ADMINISTRATOR and grant.country
        )


class Passkey(UuidKey, WebAuthnMixin, Base):  # type: ignore[misc]
    """A passkey or security key of a person. The names of the columns are Flask-Security's."""

    __tablename__ = "passkey"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1024), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(default=0)
    transports: Mapped[list[str] | None] = mapped_column(Json())
    backup_state: Mapped[bool]
    device_type: Mapped[str]
    extensions: Mapped[str | None] = mapped_column(Text)
    create_datetime: Mapped[datetime] = mapped_column(default=utc_now)
    lastuse_datetime: Mapped[datetime] = mapped_column(default=utc_now)
    name: Mapped[str]
    usage: Mapped[str]
    """`first` or `secondary`: whether it may stand for the password or only for the code after it."""
    user: Mapped[User] = relationship(back_populates="webauthn")


def _one_in_force(name: str, scope: str | None, condition: str) -> Index:
    """No second grant in force of the same role and scope to the same person."""
    where = text(f"revoked_at IS NULL AND {condition}")
    columns = ["user_id", "role", *([scope] if scope else [])]
    return Index(f"uq_role_grant_{name}", *columns, unique=True, sqlite_where=where, postgresql_where=where)


class RoleGrant(UuidKey, Base):
    """A role given to a person, with its scope, by whom and when; revoking keeps the row."""

    __tablename__ = "role_grant"
    __table_args__ = (
        CheckConstraint("(role = 'hr') = (organisation_id IS NOT NULL)", name="hr_has_organisation"),
        CheckConstraint("role <> 'administrator' OR country IS NOT NULL", name="administrator_has_country"),
        _one_in_force("of_organisation", "organisation_id", "organisation_id IS NOT NULL"),
        _one_in_force("of_country", "country", "organisation_id IS NULL AND country IS NOT NULL"),
        _one_in_force("unscoped", None, "organisation_id IS NULL AND country IS NULL"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    role: Mapped[RoleName]
    organisation_id: Mapped[str | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    country: Mapped[Country | None]
    granted_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    """None only for grants from the command line, made by registering or by a provider's mapping."""
    granted_via: Mapped[str | None]
    """Id of the sign-in provider whose mapping gave the role, and takes it back; None when a person gave it."""
    granted_at: Mapped[datetime] = mapped_column(default=utc_now)
    revoked_at: Mapped[datetime | None]
    revoked_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    user: Mapped[User] = relationship(back_populates="grants", foreign_keys=[user_id])
    organisation: Mapped[Organisation | None] = relationship()

    @property
    def in_force(self) -> bool:
        return self.revoked_at is None


class WorksHere(UuidKey, Stamped, Base):
    """HR's answer to one question, whether a person works in the organisation. Nothing else is shown to HR."""

    __tablename__ = "works_here"
    __table_args__ = (
        UniqueConstraint("user_id", "organisation_id"),
        CheckConstraint("(status = 'pending') = (decided_by_id IS NULL)", name="answer_is_signed"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), index=True)
    status: Mapped[ConfirmationStatus] = mapped_column(default=ConfirmationStatus.PENDING)
    decided_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    decided_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(Text, default="")
    user: Mapped[User] = relationship(foreign_keys=[user_id])
    organisation: Mapped[Organisation] = relationship()
