"""Words for the values that a profile keeps as codes."""

from __future__ import annotations

from typing import Any

from models.types import LanguageBasis, LengthBand, ProfileStatus, WorkingPattern, WorkMode
from talent.i18n import _

STATUSES: dict[ProfileStatus, Any] = {
    ProfileStatus.DRAFT: _("Draft"),
    ProfileStatus.ACTIVE: _("Active"),
    ProfileStatus.PAUSED: _("Paused"),
    ProfileStatus.WITHDRAWN: _("Withdrawn"),
    ProfileStatus.ERASED: _("Erased"),
}
STATUS_TAGS: dict[ProfileStatus, str] = {
    ProfileStatus.DRAFT: "govuk-tag--grey",
    ProfileStatus.ACTIVE: "govuk-tag--green",
    ProfileStatus.PAUSED: "govuk-tag--yellow",
    ProfileStatus.WITHDRAWN: "govuk-tag--grey",
    ProfileStatus.ERASED: "govuk-tag--grey",
}
LENGTHS: dict[LengthBand, Any] = {
    LengthBand.UP_TO_2_WEEKS: _("Up to 2 weeks"),
    LengthBand.UP_TO_3_MONTHS: _("More than 2 weeks, up to 3 months"),
    LengthBand.FROM_3_TO_6_MONTHS: _("More than 3 months, up to 6 months"),
    LengthBand.FROM_6_TO_12_MONTHS: _("More than 6 months, up to 12 months"),
    LengthBand.FROM_12_TO_24_MONTHS: _("More than 12 months, up to 24 months"),
    LengthBand.OVER_24_MONTHS: _("More than 24 months"),
}
PATTERNS: dict[WorkingPattern, Any] = {
    WorkingPattern.FULL_TIME: _("Full time"),
    WorkingPattern.PART_TIME: _("Part time"),
}
MODES: dict[WorkMode, Any] = {
    WorkMode.ON_SITE: _("On site"),
    WorkMode.REMOTE: _("Remote"),
    WorkMode.BLENDED: _("A mix of both"),
}
LANGUAGE_BASES: dict[LanguageBasis, Any] = {
    LanguageBasis.TEST: _("A test result"),
    LanguageBasis.SELF: _("My own assessment"),
}
CEFR: dict[str, Any] = {
    "A1": _("A1: simple phrases and everyday expressions"),
    "A2": _("A2: short exchanges on familiar matters"),
    "B1": _("B1: main points of familiar work matters"),
    "B2": _("B2: meetings and documents in my own field"),
    "C1": _("C1: demanding work in speech and writing"),
    "C2": _("C2: with ease, as a native speaker or nearly so"),
}
NOT_YET = _("Not yet: I want to develop it")
EVENTS: dict[str, Any] = {
    "activate": _("You activated your profile"),
    "import_active": _("Your profile was imported as active"),
    "pause": _("You paused your profile"),
    "stop": _("You stopped taking part, so your profile was paused"),
    "set_aside": _("Your profile was paused, because an administrator changed your account"),
    "not_confirmed": _("Your profile was paused, because your organisation could not confirm that you work there"),
    "resume": _("You resumed your profile"),
    "resume_by_date": _("Your profile resumed on the date you set"),
    "withdraw": _("You withdrew your profile"),
    "erase": _("Your profile was erased"),
}
