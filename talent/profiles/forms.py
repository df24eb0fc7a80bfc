"""The forms of the steps. Each turns what was typed into the answers that services save."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from wtforms.fields.choices import SelectChoice

from models import LawfulBasis, Profile, Reason
from models.types import BasisPurpose, Cefr, Country, Language, LanguageBasis
from talent.forms import GovForm
from talent.forms.fields import Checkboxes, Day, GroupedSelect, LongText, Radios, Select, Text, YesNo
from talent.framework import queries as framework
from talent.i18n import _, current_language, local
from talent.profiles import choices, words
from talent.profiles.answers import About, BasisAnswer, Experience, LanguageAnswer, Wishes, fingerprint
from talent.profiles.checks import EXPERIENCE_LENGTH
from talent.profiles.readiness import answer_in_force


class AboutForm(GovForm):
    grade = Select(_("Grade"), required=_("Choose your grade"))
    job_series = Text(
        _("Job series"),
        hint=_("As in your appointment, such as 전산직 or 행정직 (직렬). You can leave this empty."),
        max_length=100,
        width="two-thirds",
    )
    region = Select(_("Region where you work now"), required=_("Choose the region where you work now"))

    @classmethod
    def build(cls, session: Session, country: Country, profile: Profile | None, **options: Any) -> AboutForm:
        present = About.of(profile) if profile else About()
        saved = profile is not None and "about_you" in profile.steps_saved
        form = cls(
            grade=present.grade_id or (choices.NOT_LISTED if saved else None),
            job_series=present.job_series,
            region=present.region_code,
            version=fingerprint(present),
            **options,
        )
        form.grade.choices = choices.grades(session, country)
        form.region.choices = choices.regions(session, country)
        if country is not Country.KR:
            del form.job_series
        return form

    def answer(self) -> About:
        grade = self.grade.data
        series = self.job_series.data if "job_series" in self else ""
        return About(None if grade == choices.NOT_LISTED else grade, series or "", self.region.data)


class LanguageForm(GovForm):
    language = Select(_("Language"), required=_("Choose a language"))
    basis = Radios(
        _("How do you show your level?"),
        choices=lambda: choices.of_words(words.LANGUAGE_BASES),
        required=_("Choose how you show your level"),
    )
    test = GroupedSelect(_("Test"))
    score = Text(_("Score or result"), hint=_("As on the result, such as 905, 7.5 or IH"), max_length=8, width=5)
    taken_on = Day(_("Day of the test"))
    expires_on = Day(
        _("Valid until"),
        hint=_("Leave empty to use the usual validity of the test"),
    )
    speaking = Select(_("Speaking"), choices=lambda: choices.of_words(words.CEFR))
    reading = Select(_("Reading"), choices=lambda: choices.of_words(words.CEFR))

    @classmethod
    def build(cls, session: Session, present: LanguageAnswer | None, **options: Any) -> LanguageForm:
        values = vars(present) if present else {}
        form = cls(version=fingerprint(present), **values, **options)
        form.language.choices = choices.named(framework.spoken_languages(session), "code")
        names = {str(choice.value): str(choice.label) for choice in form.language.choices}
        form.test.choices = choices.tests(session, names)
        return form

    def answer(self) -> LanguageAnswer:
        return LanguageAnswer(
            self.language.data,
            LanguageBasis(self.basis.data),
            self.test.data,
            self.score.data or None,
            self.taken_on.data,
            self.expires_on.data,
            Cefr(self.speaking.data) if self.speaking.data else None,
            Cefr(self.reading.data) if self.reading.data else None,
        )


class ExperienceForm(GovForm):
    written_in = Radios(
        _("Which language do you write in?"),
        choices=lambda: [SelectChoice("en", "English"), SelectChoice("ko", "한국어")],
        required=_("Choose the language you write in"),
        inline=True,
    )
    text = LongText(_("Your experience"), max_length=EXPERIENCE_LENGTH, rows=12, disclosed=False)
    other_text = LongText(
        _("The same in the other language (optional)"),
        hint=_("Leave this empty unless you want to write it yourself. A translator can do it for you."),
        max_length=EXPERIENCE_LENGTH,
        rows=6,
        disclosed=False,
    )

    @classmethod
    def build(cls, profile: Profile | None, **options: Any) -> ExperienceForm:
        present = Experience.of(profile) if profile else None
        form = cls(
            written_in=(present.language if present else current_language()).value,
            text=present.text if present else "",
            other_text=present.other_text if present else "",
            version=fingerprint(present),
            **options,
        )
        form.had_text = present is not None
        written = form.written_in.data if form.written_in.data in ("en", "ko") else None
        form.text.content_language = written
        form.other_text.content_language = Language(written).other.value if written else None
        return form

    had_text: bool = False

    def validate(self, extra_validators: Any = None) -> bool:
        fine = super().validate(extra_validators)
        if fine and not self.text.data and not self.had_text and not self.other_text.data:
            self.add_errors({"text": _("Describe your experience, or go back and leave this step for later")})
            return False
        return fine

    def answer(self) -> Experience:
        return Experience(Language(self.written_in.data), self.text.data or "", self.other_text.data or "")


class WishesForm(GovForm):
    kinds = Checkboxes(_("Kinds of exchange"), required=_("Choose at least one kind of exchange"))
    available_from = Day(_("Earliest start"), hint=_("The first day on which you could start, if you know it"))
    available_to = Day(_("Latest end date"), hint=_("The day by which it would have to end, if there is one"))
    lengths = Checkboxes(
        _("Length"), hint=_("Choose all that you would accept"), choices=lambda: choices.of_words(words.LENGTHS)
    )
    working_patterns = Checkboxes(_("Full or part time"), choices=lambda: choices.of_words(words.PATTERNS))
    work_modes = Checkboxes(_("On site or remote"), choices=lambda: choices.of_words(words.MODES))
    wished_regions = Checkboxes(
        _("Where you would like to work"), hint=_("Leave all empty if you have no preference"), small=True
    )
    role_families = Checkboxes(
        _("Role families"),
        hint=_("The kinds of work you would like. Leave all empty if you have no preference"),
        small=True,
    )

    @classmethod
    def build(cls, session: Session, country: Country, profile: Profile | None, **options: Any) -> WishesForm:
        present = Wishes.of(profile) if profile else Wishes()
        values: dict[str, Any] = {
            name: list(value) if isinstance(value, tuple) else value for name, value in vars(present).items()
        }
        form = cls(version=fingerprint(present), **values, **options)
        form.kinds.choices = choices.kinds(session)
        form.wished_regions.choices = choices.regions(session, country.other)
        form.role_families.choices = choices.by_name(framework.families(session))
        return form

    def answer(self) -> Wishes:
        return Wishes(
            tuple(self.kinds.data or ()),
            self.available_from.data,
            self.available_to.data,
            *(
                tuple(field.data or ())
                for field in (
                    self.lengths,
                    self.working_patterns,
                    self.work_modes,
                    self.wished_regions,
                    self.role_families,
                )
            ),
        )


NO_TEXT = UUID(int=0)


class BasisForm(GovForm):
    """One question for each text of the person's country; see `build`."""

    rows: Sequence[LawfulBasis] = ()

    @classmethod
    def build(cls, bases: Sequence[LawfulBasis], profile: Profile | None, **options: Any) -> BasisForm:
        present = BasisAnswer.all_of(profile) if profile else ()
        fields = {basis.purpose.value: _basis_question(basis) for basis in bases}
        values = {}
        for basis in bases:
            answer = answer_in_force(profile, basis) if profile else None
            values[basis.purpose.value] = None if answer is None else ("yes" if answer.agreed else "no")
        form: BasisForm = type("BasisFormOfCountry", (cls,), fields)(version=fingerprint(present), **values, **options)
        form.rows = bases
        return form

    def answers(self, shown: dict[str, str]) -> list[BasisAnswer]:
        """`shown` maps each purpose to the id of the text that the page showed."""
        by_id = {str(basis.id): basis for basis in self.rows}
        listed = []
        for basis in self.rows:
            seen = by_id.get(shown.get(basis.purpose.value, ""))
            # An id that is no longer in force is passed on, so that the service asks for a fresh reading.
            listed.append(
                BasisAnswer(
                    BasisPurpose(basis.purpose),
                    self[basis.purpose.value].data == "yes",
                    basis.id if seen is basis else NO_TEXT,
                )
            )
        return listed


def _basis_question(basis: LawfulBasis) -> Radios:
    title = local(basis, "title")
    if basis.mode == "consent":
        listed = [SelectChoice("yes", str(_("I consent"))), SelectChoice("no", str(_("I do not consent")))]
        message = _("Choose whether you consent: %(title)s", title=title)
    else:
        listed = [SelectChoice("yes", str(_("Yes"))), SelectChoice("no", str(_("No")))]
        message = _("Choose yes or no: %(title)s", title=title)
    return Radios(title, choices=listed, required=message, inline=True)


class MatchingForm(GovForm):
    takes_part = YesNo(
        _("Do you want the matcher to look at your profile?"),
        required=_("Say whether the matcher may look at your profile"),
    )


class PauseForm(GovForm):
    until = Day(
        _("Day on which your profile resumes"),
        hint=_("It becomes active again automatically on this day"),
        required=_("Enter the day on which your profile resumes"),
    )


class WithdrawForm(GovForm):
    reason = Radios(_("Why are you withdrawing?"), required=_("Choose a reason"))
    note = LongText(_("Note"), hint=_("Required only if you choose another reason"), max_length=1000, rows=3)

    @classmethod
    def build(cls, reasons: Sequence[Reason]) -> WithdrawForm:
        form = cls()
        form.reason.choices = [SelectChoice(row.code, local(row)) for row in reasons]
        return form
