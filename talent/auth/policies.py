"""Who may: plain functions of a person. Rules about one object live with the object's feature."""

from __future__ import annotations

from collections.abc import Callable

from models import User
from models.types import RoleName

Policy = Callable[[User], bool]


def signed_in(user: User) -> bool:
    """Anybody with a confirmed account."""
    return user.active and user.confirmed_at is not None


def civil_servant(user: User) -> bool:
    return signed_in(user) and user.has_grant(RoleName.CIVIL_SERVANT)


def hr(user: User) -> bool:
    """HR staff of at least one organisation."""
    return signed_in(user) and bool(user.hr_organisation_ids)


def administrator(user: User) -> bool:
    """Administrator of at least one country."""
    return signed_in(user) and bool(user.administered_countries)


def translator(user: User) -> bool:
    return signed_in(user) and user.has_grant(RoleName.TRANSLATOR)


def hr_or_administrator(user: User) -> bool:
    return hr(user) or administrator(user)


def translator_or_administrator(user: User) -> bool:
    return translator(user) or administrator(user)


def must_have_second_factor(user: User) -> bool:
    """HR staff and administrators see other people's data: a password alone does not open it."""
    return any(grant.in_force and grant.role in (RoleName.HR, RoleName.ADMINISTRATOR) for grant in user.grants)


def has_second_factor(user: User) -> bool:
    """True when signing in asks this person for more than a password."""
    return user.tf_primary_method is not None


def anyone(_user: User | None) -> bool:
    """Open to everybody, signed in or not."""
    return True
