"""The questions about whom a post is offered to, what its kind adds, and what it costs."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, ClassVar

from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from models.types import Audience, CostPayer, Country, Currency
from talent.forms.fields import Day, LongText, Number, Radios, Select, Text, Tick
from talent.i18n import _
from talent.opportunities import answers, words
from talent.opportunities.forms import NO_NAMES, StepForm, choices, coded
from talent.opportunities.requirements import ROUTES_WITH_SPONSOR, ROUTES_WITHOUT_STAY

BUDGET_YEAR = re.compile(r"20(\d\d)(?:/(\d\d))?", re.ASCII)


class OfferForm(StepForm):
    """To whom the post is offered. `order` (grade id → its order) is set by the page."""

    needs: ClassVar[dict[str, str]] = {
        "access_needed": "access_needed",
        "grade_min": "grade_range",
        "grade_max": "grade_range",
    }
    audience = Radios(_("To whom is the post offered?"), required=_("Choose to whom the post is offered"))
    access_needed = Radios(
        _("What access does the work need?"),
        hint=_("This question is about the post. Nobody’s own clearance is recorded."),
        required=_("Choose what access the work needs"),
    )
    reserved_for_nationals = Tick(
        _("The post is reserved for nationals of the host country"),
        hint=_("Such a post cannot be offered to the other country. Nationality is never asked of a person here."),
    )
    grade_min = Select(_("Lowest grade"), required=_("Choose the lowest grade"))
    grade_max = Select(_("Highest grade"), required=_("Choose the highest grade"))

    order: dict[str, int] = {}

    def name_countries(self, host: Country) -> None:
        self.audience.choices = [
            SelectChoice(value.value, str(words.audience(host, value)), render_kw={}) for value in Audience
        ]

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        low, high = self.order.get(self.grade_min.data or ""), self.order.get(self.grade_max.data or "")
        paired = self.complain(
            bool(self.grade_min.data) != bool(self.grade_max.data),
            "grade_max" if self.grade_min.data else "grade_min",
            _("Choose both the lowest and the highest grade, or neither"),
        )
        rising = self.complain(
            low is not None and high is not None and high < low,
            "grade_max",
            _("The highest grade must be the same as or above the lowest grade"),
        )
        return valid and paired and rising

    def to_answer(self) -> answers.Offer:
        return answers.Offer(
            audience=coded(Audience, self.audience.data),
            access_needed=self.access_needed.data,
            reserved_for_nationals=bool(self.reserved_for_nationals.data),
            grade_min_id=self.grade_min.data,
            grade_max_id=self.grade_max.data,
        )


class RouteForm(StepForm):
    needs: ClassVar[dict[str, str]] = {"uk_route": "uk_route"}
    uk_route = Radios(_("Immigration route"), required=_("Choose the immigration route"))
    uk_sponsor = Text(_("Sponsor"), hint=_("The organisation or mission that sponsors the stay."), max_length=200)
    supernumerary_reason = LongText(
        _("Why is the place additional to the workforce?"),
        hint=_("Say why the person fills no vacancy, not even for a short time."),
        max_length=2000,
        rows=4,
        disclosed=False,
    )

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        route = self.uk_route.data
        sponsored = self.complain(
            route in ROUTES_WITH_SPONSOR and not self.uk_sponsor.data,
            "uk_sponsor",
            _("Enter the sponsor: this route needs one"),
        )
        explained = self.complain(
            bool(route) and route not in ROUTES_WITHOUT_STAY and not self.supernumerary_reason.data,
            "supernumerary_reason",
            _("Say why the place is additional to the workforce"),
        )
        return valid and sponsored and explained

    def to_answer(self) -> answers.Route:
        return answers.Route(self.uk_route.data, self.uk_sponsor.data or "", self.supernumerary_reason.data or "")


class DetailsForm(StepForm):
    """What only some kinds ask for; the page takes out the rest."""

    itinerary = LongText(
        _("Itinerary"),
        hint=_("Places and topics for each day."),
        required=_("Describe the itinerary"),
        max_length=4000,
        rows=8,
        disclosed=False,
    )
    group_leader = Text(
        _("Leader of the group"),
        hint=_("The post or organisation that leads, not a person’s name."),
        required=_("Enter who leads the group"),
        max_length=200,
    )
    group_size = Number(
        _("People in the group"), required=_("Enter how many people the group has"), low=2, high=200, width=3
    )
    mentoring_hours = Number(
        _("Hours of mentoring each month"),
        required=_("Enter the hours of mentoring each month"),
        low=1,
        high=160,
        width=3,
    )
    project_outcome = LongText(
        _("What the project will produce"),
        hint=NO_NAMES,
        required=_("Describe what the project will produce"),
        max_length=2000,
        rows=5,
        disclosed=False,
    )

    def prepare(self, required: frozenset[str]) -> None:
        for name in [name for name in self._fields if name != "version" and name not in required]:
            del self[name]

    def to_answer(self) -> answers.Details:
        return answers.Details({name: field.data for name, field in self._fields.items() if name != "version"})


class CostForm(StepForm):
    item = Select(_("Cost"), required=_("Choose what the cost is for"))
    payer = Radios(_("Who pays?"), required=_("Choose who pays"))
    cap = Number(
        _("Upper limit (optional)"),
        hint=_("The most that is paid for the whole exchange. Leave it empty if there is no limit."),
        decimals=True,
        low=0,
        high=99_999_999_999,
        width=10,
    )
    currency = Select(_("Currency"), hint=_("Required if there is an upper limit."))
    year = Text(
        _("Budget year (optional)"),
        hint=_("For example, 2027/28 in the United Kingdom (April to March) or 2027 in Korea (January to December)."),
        max_length=7,
        width=10,
    )
    cost_code = Text(_("Cost code (optional)"), max_length=40, width=20)
    rate_date = Day(_("Date of the exchange rate (optional)"))

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.payer.choices, self.currency.choices = choices(words.PAYER), choices(words.CURRENCY)

    def validate_cap(self, field: Any) -> None:
        if isinstance(field.data, Decimal) and field.data != round(field.data, 2):
            raise ValidationError(str(_("The upper limit can have two decimal places at most")))

    def validate_year(self, field: Any) -> None:
        found = BUDGET_YEAR.fullmatch(field.data or "")
        first, second = found.groups() if found else ("", None)
        if not found or (second is not None and int(second) != (int(first) + 1) % 100):
            raise ValidationError(str(_("The budget year must be like 2027/28 or 2027")))

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        lacking = self.cap.data is not None and not self.currency.data
        return self.complain(lacking, "currency", _("Choose the currency of the upper limit")) and valid

    def to_answer(self) -> answers.Cost:
        return answers.Cost(
            item=self.item.data or "",
            payer=CostPayer(self.payer.data),
            cap=None if self.cap.data is None else Decimal(self.cap.data),
            currency=coded(Currency, self.currency.data) if self.cap.data is not None else None,
            year=self.year.data or "",
            cost_code=self.cost_code.data or "",
            rate_date=self.rate_date.data,
        )
