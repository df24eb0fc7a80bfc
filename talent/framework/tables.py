"""The tables of dated data that administrators edit: pages, forms and checks follow from one description each."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import Any

from models import (
    AccessLevel,
    ApprovalStep,
    CostItem,
    Dated,
    ExchangeKind,
    LanguageTest,
    LawfulBasis,
    LengthRule,
    MonitoringOption,
    MonitoringQuestion,
    PrivacyNotice,
    Reason,
    RetentionRule,
    ServiceRule,
    TransparencyFact,
    UkRoute,
)
from models.types import ApprovalHolder, BasisPurpose, Side
from talent.framework import labels, limits
from talent.i18n import _

Values = Mapping[str, Any]
Problems = dict[str, Any]


class Kind(StrEnum):
    """How a value is asked for."""

    TEXT = "text"
    LONG = "long"
    NUMBER = "number"
    DECIMAL = "decimal"
    YES_NO = "yes_no"
    ONE = "one"
    SEVERAL = "several"


@dataclass(frozen=True)
class Entry:
    """One value of a row: its attribute, its words and how it is asked for."""

    name: str
    label: Any
    kind: Kind = Kind.TEXT
    required: bool = True
    hint: Any = ""
    choices: labels.Choices = ()
    """Values with their words, or the name of a list read from the database (see settings_forms)."""
    convert: type[Enum] | None = None
    low: float = 0
    high: float = 1000
    longest: int = 4000
    """Most characters of a long text."""


@dataclass(frozen=True)
class Table:
    slug: str
    model: type[Dated]
    title: Any
    about: Any
    entries: tuple[Entry, ...]
    called: str = "name"
    """The bilingual attribute by which a row is called."""
    known_codes_only: bool = False
    """The service looks for these codes: they are neither invented nor ended, only changed or set for a country."""
    carried: tuple[str, ...] = ()
    """Attributes a new row takes over from the row it follows."""
    check: Callable[[Values, Dated | None], Problems] = field(default=lambda _values, _before: {})

    def may_end(self, row: Dated) -> bool:
        """False for what the service cannot do without."""
        return not self.known_codes_only and getattr(row, "decider", "") != "system"


def _both(name: str, label_en: Any, label_ko: Any, kind: Kind = Kind.TEXT, **options: Any) -> tuple[Entry, Entry]:
    return Entry(f"{name}_en", label_en, kind, **options), Entry(f"{name}_ko", label_ko, kind, **options)


NAMES = _both("name", _("Name in English"), _("Name in Korean"))
DESCRIPTIONS = _both("description", _("Description in English"), _("Description in Korean"), Kind.LONG, required=False)
GUIDANCE = _both("guidance", _("Guidance in English"), _("Guidance in Korean"), Kind.LONG, required=False)
POSITION = Entry("position", _("Place in lists"), Kind.NUMBER, hint=_("Lower numbers come first"), high=100_000)
KINDS = Entry(
    "kinds",
    _("Kinds of exchange"),
    Kind.SEVERAL,
    required=False,
    hint=_("Leave empty for all kinds"),
    choices="kinds",
)


def _in_order(low: str, high: str) -> Callable[[Values, Dated | None], Problems]:
    def check(values: Values, _before: Dated | None) -> Problems:
        first, last = values[low], values[high]
        if first is not None and last is not None and last <= first:
            return {high: _("This must be more than the number above")}
        return {}

    return check


def _new_version(values: Values, before: Dated | None) -> Problems:
    # People agree to one text: a changed text that kept its version could not be told from the old one.
    if isinstance(before, LawfulBasis | PrivacyNotice) and values["notice_version"] == before.notice_version:
        return {"notice_version": _("Give the changed text a new version")}
    return {}


def _rule_value(values: Values, before: Dated | None) -> Problems:
    unit = getattr(before, "unit", "")
    if unit == "local_time":
        fine = re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", values["value"], re.ASCII)
        return {} if fine else {"value": _("Enter a time like 23:59")}
    low, high = limits.of_service_rule(before.code if before is not None else None)
    number = int(values["value"]) if re.fullmatch(r"0|[1-9]\d{0,3}", values["value"], re.ASCII) else -1
    if low <= number <= high:
        return {}
    return {"value": _("Enter a whole number from %(low)s to %(high)s", low=low, high=high)}


def _kept_long_enough(values: Values, before: Dated | None) -> Problems:
    fewest = limits.FEWEST_DAYS.get(before.code, 1) if before is not None else 1
    if values["keep_days"] >= fewest:
        return {}
    return {"keep_days": _("Enter %(num)s days or more: people still need these records until then", num=fewest)}


TABLES: dict[str, Table] = {
    table.slug: table
    for table in (
        Table(
            "exchange-kinds",
            ExchangeKind,
            _("Kinds of exchange"),
            _("Secondments, visits, mentoring and others, and what a post of each kind must say."),
            (
                *NAMES,
                *DESCRIPTIONS,
                Entry(
                    "required_fields",
                    _("What a post of this kind must fill in"),
                    Kind.SEVERAL,
                    choices=labels.POST_FIELDS,
                ),
                Entry("cross_border", _("Can it cross the border?"), Kind.YES_NO),
                POSITION,
            ),
        ),
        Table(
            "approval-steps",
            ApprovalStep,
            _("Approval steps"),
            _("Approvals that the home or host organisation records before its yes counts."),
            (
                *NAMES,
                Entry("side", _("Whose approval is it?"), Kind.ONE, choices=labels.SIDES, convert=Side),
                Entry("holder", _("Who approves?"), Kind.ONE, choices=labels.HOLDERS, convert=ApprovalHolder),
                KINDS,
                Entry("min_months", _("From how many months"), Kind.DECIMAL, required=False),
                Entry("max_months", _("Below how many months"), Kind.DECIMAL, required=False),
                Entry("due_days", _("Days until it is due"), Kind.NUMBER, low=1, high=365),
                Entry("document_required", _("Must a document number be given?"), Kind.YES_NO),
                *GUIDANCE,
                POSITION,
            ),
            check=_in_order("min_months", "max_months"),
        ),
        Table(
            "reasons",
            Reason,
            _("Reasons"),
            _("Reasons to choose from for answers and for changes of state, in both languages."),
            (
                *NAMES,
                Entry("decider", _("Who or what gives this reason?"), Kind.ONE, choices=labels.DECIDERS),
                Entry("answers", _("For which answers?"), Kind.SEVERAL, choices=labels.ANSWERS),
                Entry("note_required", _("Is a note required?"), Kind.YES_NO),
                POSITION,
            ),
        ),
        Table(
            "lawful-bases",
            LawfulBasis,
            _("Notices, choices and consents"),
            _("The grounds on which data is used, with the full text that people see."),
            (
                *_both("title", _("Title in English"), _("Title in Korean")),
                Entry("purpose", _("For what is it needed?"), Kind.ONE, choices=labels.PURPOSES, convert=BasisPurpose),
                Entry("mode", _("How is it given?"), Kind.ONE, choices=labels.MODES),
                Entry("required_for_active", _("Is it needed before a profile can be active?"), Kind.YES_NO),
                *_both("items", _("What data, in English"), _("What data, in Korean"), Kind.LONG),
                *_both("purpose", _("What for, in English"), _("What for, in Korean"), Kind.LONG),
                *_both("retention", _("How long, in English"), _("How long, in Korean"), Kind.LONG),
                *_both("refusal", _("Right to refuse, in English"), _("Right to refuse, in Korean"), Kind.LONG),
                *_both(
                    "controller", _("Who is responsible, in English"), _("Who is responsible, in Korean"), Kind.LONG
                ),
                Entry("impact_assessment_ref", _("Reference of the impact assessment")),
                Entry("sharing_agreement_ref", _("Reference of the sharing agreement")),
                Entry("notice_version", _("Version of the text"), hint=_("For example 2027-1")),
                POSITION,
            ),
            called="title",
            check=_new_version,
        ),
        Table(
            "privacy-notices",
            PrivacyNotice,
            _("Notices to be read first"),
            _("What people are shown before their data is used. A changed notice is shown to everybody again."),
            (
                *_both("title", _("Title in English"), _("Title in Korean")),
                *_both(
                    "text",
                    _("Text in English"),
                    _("Text in Korean"),
                    Kind.LONG,
                    hint=_("Start headings with “# ” and list items with “- ”"),
                    longest=12_000,
                ),
                Entry("notice_version", _("Version of the text"), hint=_("For example 2027-1")),
                POSITION,
            ),
            called="title",
            known_codes_only=True,
            check=_new_version,
        ),
        Table(
            "monitoring-questions",
            MonitoringQuestion,
            _("Equality questions"),
            _("Optional questions that may lawfully be asked in a country. A question that has ended is not asked."),
            (*NAMES, POSITION),
        ),
        Table(
            "monitoring-options",
            MonitoringOption,
            _("Answers to equality questions"),
            _("What can be chosen for each question; always with “prefer not to say”."),
            (*NAMES, Entry("question", _("Code of the question")), POSITION),
        ),
        Table(
            "transparency-facts",
            TransparencyFact,
            _("Facts of the transparency record"),
            _(
                "Details that only the two governments know: owners, contacts and references. Empty until they are "
                "entered."
            ),
            (*_both("value", _("Value in English"), _("Value in Korean"), Kind.LONG), POSITION),
            known_codes_only=True,
            carried=("name_en", "name_ko"),
        ),
        Table(
            "length-rules",
            LengthRule,
            _("Length rules"),
            _("What a length means in a country, shown beside the length of a post and on release."),
            (
                *_both("message", _("Message in English"), _("Message in Korean"), Kind.LONG),
                KINDS,
                Entry("from_months", _("From how many months"), Kind.DECIMAL, required=False),
                Entry("below_months", _("Below how many months"), Kind.DECIMAL, required=False),
                Entry("level", _("How strongly is it said?"), Kind.ONE, choices=labels.HINT_LEVELS),
                Entry("shown_at", _("Where is it shown?"), Kind.SEVERAL, choices=labels.SHOWN_AT),
                POSITION,
            ),
            called="message",
            check=_in_order("from_months", "below_months"),
        ),
        Table(
            "service-rules",
            ServiceRule,
            _("Periods and limits"),
            _("Numbers the service uses, such as the number of days to object."),
            (*NAMES, Entry("value", _("Value")), *DESCRIPTIONS, POSITION),
            known_codes_only=True,
            carried=("unit",),
            check=_rule_value,
        ),
        Table(
            "retention-rules",
            RetentionRule,
            _("How long things are kept"),
            _("After how many days each kind of record is erased, and counted from what."),
            (
                *NAMES,
                Entry(
                    "keep_days",
                    _("Days"),
                    Kind.NUMBER,
                    hint=_("If you change this, change what the notices say at the same time"),
                    low=1,
                    high=36_500,
                ),
                *DESCRIPTIONS,
                POSITION,
            ),
            known_codes_only=True,
            carried=("record", "starts_from"),
            check=_kept_long_enough,
        ),
        Table(
            "uk-routes",
            UkRoute,
            _("Immigration routes to the United Kingdom"),
            _("Routes that a post in the United Kingdom may name."),
            (
                *NAMES,
                *GUIDANCE,
                Entry("max_months", _("Longest stay in months"), Kind.DECIMAL, required=False, low=0.1),
                POSITION,
            ),
        ),
        Table(
            "cost-items",
            CostItem,
            _("Cost lines"),
            _("Kinds of cost that a post may carry a line for."),
            (*NAMES, *GUIDANCE, POSITION),
        ),
        Table(
            "access-levels",
            AccessLevel,
            _("Access needed"),
            _("What access a post may need. A person’s own clearance is never recorded."),
            (
                *NAMES,
                *DESCRIPTIONS,
                Entry("offered_abroad", _("Can such a post be offered abroad?"), Kind.YES_NO),
                POSITION,
            ),
        ),
        Table(
            "language-tests",
            LanguageTest,
            _("Language tests"),
            _("Tests that people may name in their profile, with their scale."),
            (
                *NAMES,
                Entry("language", _("Language"), Kind.ONE, choices="languages"),
                Entry("score_kind", _("Kind of score"), Kind.ONE, choices=labels.SCORE_KINDS),
                Entry("min_score", _("Lowest score"), Kind.DECIMAL, required=False, high=10_000),
                Entry("max_score", _("Highest score"), Kind.DECIMAL, required=False, high=10_000),
                Entry("step", _("Step between scores"), Kind.DECIMAL, required=False, low=0.01),
                Entry("valid_months", _("Months a result is valid"), Kind.NUMBER, required=False, low=1, high=600),
                POSITION,
            ),
            check=_in_order("min_score", "max_score"),
        ),
    )
}
