"""The names of roles, countries and answers."""

from __future__ import annotations

from models.types import ConfirmationStatus, Country, RoleName
from talent.i18n import _

ROLES = {
    RoleName.CIVIL_SERVANT: _("Civil servant"),
    RoleName.HR: _("HR staff"),
    RoleName.TRANSLATOR: _("Translator"),
    RoleName.ADMINISTRATOR: _("Administrator"),
}
COUNTRIES = {Country.GB: _("United Kingdom"), Country.KR: _("Republic of Korea")}
ANSWERS = {
    ConfirmationStatus.PENDING: _("Waiting for an answer"),
    ConfirmationStatus.CONFIRMED: _("Confirmed"),
    ConfirmationStatus.REFUSED: _("Could not be confirmed"),
}
