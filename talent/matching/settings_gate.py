"""Whether a proposal of settings may be put in force: its reports are there, are of now, and break no promise."""

from __future__ import annotations

from typing import Any

from ml.results import Kind
from models import MatcherSettings
from talent.i18n import _
from talent.matching.settings import RunSettings, settings_of

MEASURES: tuple[Kind, ...] = ("parity", "attack")
"""Measurements that every proposal needs, made with its own settings."""


def outstanding(row: MatcherSettings, present: RunSettings) -> Any:
    """Why a proposal cannot be put in force yet, or ever; None when it can. `present` is what is in force."""
    reports = row.reports
    if reports.get("state") == "failed":
        return _("The reports could not be made. Make them again before the settings are put into force.")
    if reports.get("state") != "ready":
        return _("The reports are still being made. The settings can be put into force when the reports are ready.")
    proposed = settings_of(row)
    if reports["settings_hash"] != proposed.sha256:
        return _("The service was updated after the reports were made. Make the reports again.")
    if reports["compared_with"] != present.sha256:
        return _("Other settings have come into force since the reports were made. Make the reports again.")
    lacking = [name for name in MEASURES if reports.get(name, {}).get("matcher_hash") != proposed.matcher.sha256]
    if lacking:
        return _("The measurements of language parity and of stuffing are missing for these settings.")
    if any(broken(reports[name]) for name in MEASURES):
        return _(
            "These settings would fail a requirement that the settings in force meet. They cannot be put into force."
        )
    return None


def broken(measured: dict[str, Any]) -> list[str]:
    """Thresholds that the proposal misses and the settings in force do not, by the key of the figure."""
    before = set(measured.get("missed_before", ()))
    return [key for key in measured.get("missed", ()) if key not in before]
