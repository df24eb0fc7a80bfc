"""What a post says, as rows of labels and values: for reading it, previewing it and checking one's answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from models import AccessLevel, CostItem, CostLine, ExchangeKind, Grade, Opportunity, UkRoute
from models.types import Country, Language
from talent import texts
from talent.i18n import _, current_language, local, local_date, local_money, local_number
from talent.opportunities import queries, words
from talent.opportunities.pages import grade_name
from talent.opportunities.requirements import TEXT_FIELDS, needs_route


@dataclass(frozen=True)
class Row:
    """One line of a summary; an empty value is shown as not stated."""

    label: Any
    value: str
    note: Any = ""
    lang: Language | None = None
    own_words: bool = False


@dataclass(frozen=True)
class Summary:
    """A post in words, with the names of its codes looked up in a fixed number of statements."""

    opportunity: Opportunity
    kind: ExchangeKind | None
    access: AccessLevel | None
    route: UkRoute | None
    cost_items: dict[str, CostItem]
    languages: dict[str, Any]
    grades: dict[str, Grade]

    def rows(self, step: str) -> list[Row]:
        """The rows of one step."""
        return {
            "kind": self._kind,
            "texts": self._texts,
            "details": self._details,
            "timing": self._timing,
            "place": self._place,
            "languages": self._languages,
            "offer": self._offer,
            "route": self._route,
        }[step]()

    def _kind(self) -> list[Row]:
        return [Row(_("Kind of exchange"), local(self.kind), local(self.kind, "description"))]

    def _texts(self) -> list[Row]:
        labels = {
            ("title", Language.EN): _("Title in English"),
            ("title", Language.KO): _("Title in Korean"),
            ("description", Language.EN): _("Description in English"),
            ("description", Language.KO): _("Description in Korean"),
        }
        found = []
        for lang in Language:
            for name in TEXT_FIELDS:
                row = texts.version(self.opportunity.texts, name, lang)
                status = texts.status(self.opportunity.texts, name, lang).label
                found.append(
                    Row(labels[name, lang], row.content if row else "", status, lang, own_words=name == "description")
                )
        return found

    def _details(self) -> list[Row]:
        wanted = self.kind.required_fields if self.kind else []
        return [
            _own(label, _plain(self.opportunity.kind_details.get(name)))
            for name, label in words.DETAIL.items()
            if name in wanted
        ]

    def _timing(self) -> list[Row]:
        post = self.opportunity
        start = words.span(local_date(post.start_earliest), local_date(post.start_latest))
        zone = local_zone(post)
        return [
            Row(_("Places"), local_number(post.places)),
            Row(_("Start"), start),
            Row(_("Length"), str(words.length(post.length, post.length_unit))),
            Row(_("Full or part time"), str(words.PATTERN[post.working_pattern]) if post.working_pattern else ""),
            Row(_("Closing date"), local_date(post.closes_on), zone if post.closes_on else ""),
        ]

    def _place(self) -> list[Row]:
        post = self.opportunity
        return [
            Row(_("Country"), str(words.COUNTRY[post.organisation.country])),
            Row(_("Region"), local(post.region)),
            Row(_("How the work is done"), str(words.WORK_MODE[post.work_mode]) if post.work_mode else ""),
        ]

    def _languages(self) -> list[Row]:
        post = self.opportunity
        answer = {True: _("Yes"), False: _("No")}
        return [
            Row(_("Working language"), local(self.languages.get(post.working_language or ""))),
            Row(_("Speaking level"), post.speaking_level or ""),
            Row(_("Reading level"), post.reading_level or ""),
            Row(_("Interpreter provided"), str(answer[post.interpreter]) if post.interpreter is not None else ""),
        ]

    def _offer(self) -> list[Row]:
        post = self.opportunity
        host = post.organisation.country
        reserved = _("Reserved for nationals of the host country") if post.reserved_for_nationals else ""
        return [
            Row(_("Offered to"), str(words.audience(host, post.audience)), reserved),
            Row(_("Grades"), self._grades(post.grade_min, post.grade_max), self._about()),
            Row(_("Access needed"), local(self.access), local(self.access, "description")),
        ]

    def _grades(self, low: Grade | None, high: Grade | None) -> str:
        if low is None or high is None:
            return ""
        return words.span(grade_name(low), grade_name(high))

    def _about(self) -> Any:
        """The grades of the other country that come nearest: an indication, never a ground to leave anybody out."""
        post = self.opportunity
        found = [
            self.grades[other]
            for grade in (post.grade_min, post.grade_max)
            if grade is not None
            for other in grade.counterparts
            if other in self.grades
        ]
        if not found:
            return ""
        order = sorted(found, key=lambda grade: grade.order_in_country)
        names = [local(grade) if grade.country is Country.KR else grade.code for grade in (order[0], order[-1])]
        return _("About %(grades)s (for reference)", grades=words.span(*names))

    def _route(self) -> list[Row]:
        post = self.opportunity
        if post.organisation.country is Country.KR:
            return [Row(_("Visa"), str(A2_NOTE))] if post.audience != "home" else []
        if not needs_route(post):
            return []
        return [
            Row(_("Immigration route"), local(self.route), local(self.route, "guidance")),
            _own(_("Sponsor"), post.uk_sponsor),
            _own(_("Why the place is additional"), post.supernumerary_reason),
        ]

    def cost_name(self, line: CostLine) -> str:
        return local(self.cost_items.get(line.item)) or line.item

    def payer(self, line: CostLine) -> str:
        return str(words.PAYER[line.payer])

    def cap(self, line: CostLine) -> str:
        return local_money(line.cap, line.currency)


A2_NOTE = _("Officials who come to Korea on official business hold A-2 status.")


def local_zone(opportunity: Opportunity) -> Any:
    """Whose midnight ends the closing day."""
    seoul = opportunity.organisation.country is Country.KR
    return _("End of the day, Seoul time") if seoul else _("End of the day, UK time")


def _own(label: Any, content: str) -> Row:
    """People's own words that have no second version."""
    return Row(label, content, lang=texts.written_in(content), own_words=True)


def _plain(value: Any) -> str:
    if value is None:
        return ""
    return local_number(value) if isinstance(value, int | float) else str(value)


def summary(session: Session, opportunity: Opportunity) -> Summary:
    """The words of a post. Codes no longer in force keep their newest name."""
    newest = queries.newest_rows
    return Summary(
        opportunity=opportunity,
        kind=newest(session, ExchangeKind).get(opportunity.kind or ""),
        access=newest(session, AccessLevel).get(opportunity.access_needed or ""),
        route=newest(session, UkRoute).get(opportunity.uk_route or ""),
        cost_items=newest(session, CostItem),
        languages=queries.language_names(session),
        grades=queries.grades_by_id(session),
    )


def shown_text(opportunity: Opportunity, name: str) -> texts.Shown:
    """Title or description for the present reader."""
    return texts.shown(opportunity.texts, name, current_language())


def titles(rows: Sequence[Opportunity]) -> dict[Any, texts.Shown]:
    """Title of each post for the present reader, by id."""
    return {row.id: shown_text(row, "title") for row in rows}
