"""What the pages of matching ask. The words live here, the markup in templates/matching/."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms.fields.choices import SelectChoice

from models import Approval, Reason, User
from models.types import Answer, Decider, Language
from talent.forms import GovForm
from talent.forms.fields import Day, Email, GroupedSelect, LongText, Radios, Select, Text
from talent.i18n import NATIVE_NAMES, _, local
from talent.matching.approvals import NOT_NEEDED, StepAnswer
from talent.matching.first_views import VIEW_WORDS

NOTE_LENGTH = 2000
NOTE_HINT = _("Write only what the reason needs.")
WRITTEN_REASON = _("Your reason in words")
WRITTEN_REASON_HINT = _("Required for yes and for no: what about this person and this post led to your decision?")
QUESTIONS: dict[str, Any] = {
    Decider.REVIEWER: _("Should this person be put forward for this post?"),
    Decider.PERSON: _("Are you interested in this post?"),
    Decider.HOST: _("Does your organisation want to receive this person?"),
    Decider.HOME: _("Does your organisation release this person for this post?"),
}
ANSWERS: dict[tuple[str, Answer], tuple[Any, Any]] = {
    (Decider.REVIEWER, Answer.YES): (_("Yes, put forward"), _("The person and the host organisation are told.")),
    (Decider.REVIEWER, Answer.HOLD): (_("Hold"), _("Nobody is told. You can decide later.")),
    (Decider.REVIEWER, Answer.NO): (_("No, do not put forward"), _("The pairing ends. Nobody is told.")),
    (Decider.PERSON, Answer.YES): (
        _("Yes, I am interested"),
        _("The host organisation then sees your name, and your own organisation is asked to release you."),
    ),
    (Decider.PERSON, Answer.HOLD): (_("Not yet, I want to wait"), _("Your name stays hidden. You can answer later.")),
    (Decider.PERSON, Answer.NO): (
        _("No"),
        _("The pairing ends. Nobody in your own organisation is told that you said no."),
    ),
    (Decider.HOST, Answer.YES): (_("Yes"), _("Possible once all your organisation’s approval steps are recorded.")),
    (Decider.HOST, Answer.HOLD): (_("Not yet, we need more time"), _("Nobody is told. You can decide later.")),
    (Decider.HOST, Answer.NO): (_("No"), _("The pairing ends. The person is told that it is not proceeding.")),
    (Decider.HOME, Answer.YES): (
        _("Yes, release"),
        _("Possible once all your organisation’s approval steps are recorded."),
    ),
    (Decider.HOME, Answer.HOLD): (_("Not yet, we need more time"), _("Nobody is told. You can decide later.")),
    (Decider.HOME, Answer.NO): (
        _("No, do not release"),
        _("The pairing ends. The person is told that it is not proceeding."),
    ),
}
REASON_GROUPS: dict[Answer, Any] = {
    Answer.YES: _("Reasons for yes"),
    Answer.HOLD: _("Reasons to wait"),
    Answer.NO: _("Reasons for no"),
}


class DecisionForm(GovForm):
    """One of the four answers, with its reason. The reasons stand in groups, one for each answer."""

    answer = Radios(_("Your answer"), required=_("Select an answer"))
    reason = GroupedSelect(_("Reason"), required=_("Choose a reason"), blank=_("Choose a reason"))
    note = LongText(_("Note"), hint=NOTE_HINT, max_length=NOTE_LENGTH, rows=4)

    def offer(self, decider: str, reasons: Mapping[Answer, Sequence[Reason]]) -> None:
        """Set the question, the answers that are possible now and the reasons of each."""
        self.answer.label.text = QUESTIONS[decider]
        if decider == Decider.REVIEWER:
            self.note.label.text, self.note.description = WRITTEN_REASON, WRITTEN_REASON_HINT
        self.answer.choices = [_answer_choice(decider, answer) for answer in reasons]
        self.reason.choices = [(REASON_GROUPS[answer], reason_choices(rows)) for answer, rows in reasons.items()]

    def to_answer(self) -> dict[str, Any]:
        """Arguments for talent.matching.decisions.decide."""
        return {
            "answer": Answer(self.answer.data),
            "reason": self.reason.data,
            "note": self.note.data or "",
            "version": self.seen_version,
        }

    def add_service_errors(self, fields: Mapping[str, Any]) -> None:
        """Put a service's messages beside their fields; a reason of another answer is told as such."""
        chosen = REASON_GROUPS[Answer(self.answer.data)]
        wrong = _("Choose a reason from the group “%(group)s”", group=chosen)
        self.add_errors({name: wrong if name == "reason" else message for name, message in fields.items()})


def _answer_choice(decider: str, answer: Answer) -> SelectChoice:
    text, hint = ANSWERS[decider, answer]
    return SelectChoice(answer.value, str(text), render_kw={"hint": str(hint)})


class FirstViewForm(GovForm):
    """What a reviewer thinks of a masked person before any score. Nothing is chosen beforehand."""

    view = Radios(
        _("Your first view"),
        hint=_("Base it on what you read here. You cannot change it later, but your decision can differ."),
        choices=lambda: [SelectChoice(view.value, str(text)) for view, text in VIEW_WORDS.items()],
        required=_("Say what you think: fits, unsure or does not fit"),
        inline=True,
    )


class ObjectionForm(GovForm):
    """The receiving country's objection."""

    reason = Select(_("Reason to object"), required=_("Choose a reason"), blank=_("Choose a reason"))
    note = LongText(_("Note"), hint=NOTE_HINT, max_length=NOTE_LENGTH, rows=4)

    def offer(self, rows: Sequence[Reason]) -> None:
        self.reason.choices = reason_choices(rows)


class UnmaskForm(GovForm):
    """Why an administrator has to see who a person is."""

    reason = Select(_("Why do you need to see the name?"), required=_("Choose a reason"), blank=_("Choose a reason"))
    note = LongText(
        _("Note"),
        hint=NOTE_HINT,
        required=_("Explain the reason in a note"),
        max_length=NOTE_LENGTH,
        rows=4,
    )

    def offer(self, rows: Sequence[Reason]) -> None:
        self.reason.choices = reason_choices(rows)


class StepForm(GovForm):
    """What the holder of an approval step answered."""

    answer = Radios(_("What was the answer?"), required=_("Select what the answer was"))
    holder_name = Text(
        _("Who answered"), hint=_("Name and post"), required=_("Enter who answered"), max_length=200, width="two-thirds"
    )
    document_number = Text(_("Document number"), max_length=120, width=20)
    document_date = Day(_("Date of the document"))
    note = LongText(_("Note"), hint=NOTE_HINT, max_length=NOTE_LENGTH, rows=4)

    def offer(self, approval: Approval, reasons: Sequence[tuple[Answer, Reason]]) -> None:
        """Set the answers, each a reason of its own: agreed, not needed, refused and why."""
        words = {Answer.YES: _("Yes: %(reason)s"), Answer.NO: _("No: %(reason)s")}
        self.answer.choices = [
            SelectChoice(row.code, str(words[answer]) % {"reason": local(row)}) for answer, row in reasons
        ]
        self.known = {row.code: answer for answer, row in reasons}
        optional = not approval.step.document_required
        hint = _("Optional for this step") if optional else _("Required, unless the step is not needed here")
        self.document_number.description = hint

    def show(self, approval: Approval) -> None:
        """Start from what is recorded."""
        if approval.reason is None:
            return
        self.answer.data = approval.reason.code
        self.holder_name.data = approval.holder_name
        self.document_number.data = approval.document_number
        self.document_date.process(None, approval.document_date)
        self.note.data = approval.note

    def to_step(self) -> StepAnswer:
        """What is to be recorded."""
        needed = self.answer.data != NOT_NEEDED
        return StepAnswer(
            answer=self.known[str(self.answer.data)],
            reason=self.answer.data,
            holder_name=self.holder_name.data or "",
            note=self.note.data or "",
            document_number=(self.document_number.data or "") if needed else "",
            document_date=self.document_date.data if needed else None,
        )


class LinkForm(GovForm):
    """Where the question goes to a line manager."""

    email = Email(
        _("The line manager’s work email address"),
        hint=_("It must use one of your organisation’s email domains"),
        required=_("Enter the line manager’s work email address"),
    )
    language = Radios(_("Language of the message"), required=_("Select the language of the message"))

    def offer(self, actor: User) -> None:
        self.language.choices = [SelectChoice(lang.value, NATIVE_NAMES[lang]) for lang in Language]
        if self.language.data is None and self.language.raw_data is None:
            self.language.data = actor.language.value


class ManagerForm(GovForm):
    """A line manager's answer."""

    answer = Radios(_("Do you agree?"), required=_("Select whether you agree"))
    holder_name = Text(
        _("Your name and post"), required=_("Enter your name and post"), max_length=200, width="two-thirds"
    )
    note = LongText(
        _("Note"),
        hint=_("Required if you do not agree."),
        max_length=NOTE_LENGTH,
        rows=4,
    )

    def offer(self) -> None:
        self.answer.choices = [
            SelectChoice(Answer.YES.value, str(_("Yes, I agree"))),
            SelectChoice(Answer.NO.value, str(_("No, I do not agree"))),
        ]

    def validate(self, extra_validators: Any = None) -> bool:
        good = super().validate(extra_validators)
        if self.answer.data == Answer.NO.value and not self.note.data and not self.note.errors:
            self.note.errors = [str(_("Say why you do not agree"))]
            return False
        return bool(good)


def reason_choices(rows: Sequence[Reason]) -> list[SelectChoice]:
    """Reasons as choices in the reader's language."""
    return [SelectChoice(row.code, local(row)) for row in rows]
