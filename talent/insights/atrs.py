"""The fields of the Algorithmic Transparency Recording Standard (3.0), tier 1 and tier 2, and what fills each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from talent.i18n import _, local
from talent.insights import told
from talent.insights.running import Running

Fill = Callable[[Running], Sequence[Any]]


@dataclass(frozen=True)
class Field:
    key: str
    section: str
    number: str
    title: Any
    values: Fill
    """Paragraphs or list items in the present language; none while a fact waits to be entered."""


SECTIONS: tuple[tuple[str, Any], ...] = (
    ("tier_1", _("Tier 1: overview")),
    ("owner", _("Tier 2: owner and responsibility")),
    ("description", _("Tier 2: description and rationale")),
    ("decisions", _("Tier 2: decision-making process")),
    ("tool", _("Tier 2: tool specification")),
    ("data", _("Tier 2: data specification")),
    ("risks", _("Tier 2: risks, mitigations and impact assessments")),
)


def _fact(*codes: str) -> Fill:
    """Facts that administrators enter: the United Kingdom, then Korea, then both together."""

    def values(now: Running) -> list[Any]:
        found: list[Any] = []
        for code in codes:
            for country, words in (("GB", _("United Kingdom")), ("KR", _("Republic of Korea")), ("", "")):
                row = now.facts.get((code, country))
                text = local(row, "value").strip() if row is not None else ""
                if text:
                    found.append(f"{words}: {text}" if country else text)
        return found

    return values


def _says(*paragraphs: Any) -> Fill:
    return lambda _now: paragraphs


FIELDS: tuple[Field, ...] = (
    Field("name", "tier_1", "1.1", _("Name of the tool"), _says(_("Talent Exchange: suggestion of pairings"))),
    Field("description", "tier_1", "1.2", _("Description"), _says(told.DESCRIPTION, told.NO_DECISIONS)),
    Field("website_url", "tier_1", "1.3", _("Website"), _says("/transparency/")),
    Field("contact_email", "tier_1", "1.4", _("Contact email"), _fact("contact")),
    Field("organisation", "owner", "2.1.1", _("Organisation or department"), _fact("owner-organisation")),
    Field("team", "owner", "2.1.2", _("Team"), _fact("team")),
    Field(
        "senior_responsible_owner",
        "owner",
        "2.1.3",
        _("Senior responsible owner"),
        _fact("senior-responsible-owner"),
    ),
    Field("third_parties", "owner", "2.1.4", _("Third party involvement"), _fact("third-parties")),
    Field("detailed_description", "description", "2.2.1", _("Detailed description"), told.how_it_works),
    Field("scope", "description", "2.2.2", _("Scope"), _says(told.SCOPE, told.OUT_OF_SCOPE)),
    Field("benefits", "description", "2.2.3", _("Benefits"), _says(told.BENEFITS)),
    Field("previous_process", "description", "2.2.4", _("Previous process"), _fact("previous-process")),
    Field("alternatives", "description", "2.2.5", _("Alternatives considered"), _says(told.ALTERNATIVES)),
    Field("process_integration", "decisions", "2.3.1", _("Process integration"), told.process),
    Field("provided_information", "decisions", "2.3.2", _("Provided information"), _says(told.INFORMATION)),
    Field("frequency_and_scale", "decisions", "2.3.3", _("Frequency and scale of usage"), told.scale),
    Field("human_review", "decisions", "2.3.4", _("Human decisions and review"), told.human_review),
    Field("required_training", "decisions", "2.3.5", _("Required training"), _fact("training")),
    Field("appeals_and_review", "decisions", "2.3.6", _("Appeals and review"), told.contests),
    Field("system_architecture", "tool", "2.4.1", _("System architecture"), _says(told.ARCHITECTURE)),
    Field("phase", "tool", "2.4.2", _("Phase"), told.phase),
    Field("maintenance", "tool", "2.4.3", _("Maintenance"), _says(told.MAINTENANCE)),
    Field("model_name_and_version", "tool", "2.4.4", _("Model name and version"), told.versions),
    Field("model_task", "tool", "2.4.5", _("Model task"), _says(told.TASK)),
    Field("model_input", "tool", "2.4.6", _("Model input"), _says(*told.INPUTS, told.NEVER_USED)),
    Field("model_output", "tool", "2.4.7", _("Model output"), told.bands),
    Field("model_architecture", "tool", "2.4.8", _("Model architecture and settings"), told.weights),
    Field("model_performance", "tool", "2.4.9", _("Model performance"), _says(told.MEASURED)),
    Field("data_source", "data", "2.4.10", _("Data sources"), _says(told.SOURCES)),
    Field("languages", "data", "2.4.11", _("Language or languages"), _says(told.LANGUAGES)),
    Field("data_quantities", "data", "2.4.12", _("Data quantities"), told.quantities),
    Field("sensitive_attributes", "data", "2.4.13", _("Sensitive attributes"), _says(told.SENSITIVE)),
    Field(
        "completeness",
        "data",
        "2.4.14",
        _("Completeness and representativeness"),
        _says(told.COMPLETENESS),
    ),
    Field("data_cleaning", "data", "2.4.15", _("Data cleaning"), _says(told.CLEANING)),
    Field("data_access_and_storage", "data", "2.4.16", _("Data access and storage"), _says(told.ACCESS)),
    Field("data_sharing_agreements", "data", "2.4.17", _("Data sharing agreements"), _fact("sharing-agreement")),
    Field(
        "impact_assessments",
        "risks",
        "2.5.1",
        _("Impact assessments"),
        _fact("data-protection-assessment", "equality-assessment", "ai-assessment"),
    ),
    Field("risks_and_mitigations", "risks", "2.5.2", _("Risks and mitigations"), _says(*told.RISKS)),
    Field("known_limits", "risks", "2.5.3", _("Known limits"), _says(*told.LIMITS)),
)
