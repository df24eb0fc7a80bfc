"""The names of kinds of organisation, time zones and the states of people and invitations."""

from __future__ import annotations

from models import User
from talent.i18n import _
from talent.organisations.invitations import State

TYPES = {
    "advisory body": _("Advisory body"),
    "agency": _("Agency"),
    "commission": _("Commission"),
    "development agency": _("Development agency"),
    "devolved administration": _("Devolved administration"),
    "devolved digital body": _("Devolved digital body"),
    "digital body": _("Digital body"),
    "diplomatic mission": _("Diplomatic mission"),
    "executive agency": _("Executive agency"),
    "executive office": _("Executive office"),
    "local government": _("Local government"),
    "ministerial department": _("Ministerial department"),
    "ministry": _("Ministry"),
    "non-departmental public body": _("Non-departmental public body"),
    "non-ministerial department": _("Non-ministerial department"),
    "office under the Prime Minister": _("Office under the Prime Minister"),
    "public corporation": _("Public corporation"),
    "regulator": _("Regulator"),
    "research institute": _("Research institute"),
    "security agency": _("Security agency"),
    "special health authority": _("Special health authority"),
    "training institute": _("Training institute"),
}
"""Kinds as the reference list writes them; one that is not here is shown as it is written."""
ZONES = {"Europe/London": _("London (United Kingdom)"), "Asia/Seoul": _("Seoul (Republic of Korea)")}
INVITATION_STATES = {
    State.OPEN: _("Waiting"),
    State.EXPIRED: _("Expired"),
    State.ACCEPTED: _("Accepted"),
    State.WITHDRAWN: _("Withdrawn"),
}
PERSON_STATES = {
    "active": _("Can sign in"),
    "unconfirmed": _("Address not confirmed"),
    "disabled": _("Access ended"),
}


def person_state(person: User) -> str:
    """`active`, `unconfirmed` or `disabled`."""
    if not person.active:
        return "disabled"
    return "active" if person.confirmed_at is not None else "unconfirmed"
