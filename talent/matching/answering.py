"""What the pages of the four deciders share: the form of an answer, taking it, and the two sides beside it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from models import MatchSuggestion
from models.types import Answer, Decider
from talent.errors import Invalid, StaleRecord, TransitionRefused
from talent.forms.addresses import carried
from talent.framework import dated
from talent.i18n import _
from talent.matching import decisions, explained, queries, sides, states, words
from talent.matching.forms import DecisionForm
from talent.matching.names_seen import names_seen

CHANGED = _(
    "Somebody changed this pairing while you had it open, so your answer is not recorded yet. "
    "Look at what is new, and send your answer again if it still stands."
)
ALL_ANSWERS = (Answer.YES, Answer.HOLD, Answer.NO)
MOST_PAGES = 10_000


def page_number() -> int:
    """The page asked for; 1 when what was asked for is no number."""
    asked = request.args.get("page", "")
    return min(max(1, int(asked)), MOST_PAGES) if asked.isdecimal() and len(asked) < 7 else 1


def beyond_last(total: int, size: int) -> ResponseReturnValue | None:
    """To the last page of a list when a later one was asked for, as after others have shortened it."""
    last = max(1, -(-total // size))
    if page_number() <= last:
        return None
    again: dict[str, Any] = {**carried(), "page": last}
    return redirect(url_for(str(request.endpoint), **again))


def take_answer(session: Session, form: DecisionForm, decider: Decider, suggestion_id: UUID) -> tuple[bool, Any]:
    """Record what the form says; True when it is recorded, else why the pairing's state refused it (or None)."""
    queries.suggestion_for(session, g.user, decider, suggestion_id)  # not found before anything is said of the form
    form.offer(decider, {answer: dated.reasons(session, decider, answer) for answer in ALL_ANSWERS})
    if not form.validate():
        return False, None
    try:
        decisions.decide(session, actor=g.user, suggestion_id=suggestion_id, decider=decider, **form.to_answer())
    except Invalid as error:
        form.add_service_errors(error.fields)
        return False, None
    except StaleRecord:
        return False, CHANGED
    except TransitionRefused as error:
        return False, error.message
    flash(str(words.RECORDED[decider, form.to_answer()["answer"]]), "success")
    return True, None


def offer_answers(session: Session, form: DecisionForm, suggestion: MatchSuggestion, decider: Decider) -> bool:
    """Put the answers that are possible now into the form; False when there is none."""
    rules = queries.rules(session, suggestion)
    moves = states.available(suggestion, decider, g.user, rules)
    targets = {row.target for row in moves if row.target is not Answer.PENDING}
    if decider is Decider.REVIEWER and names_seen(session, g.user, [suggestion.id]):
        targets = set()
    form.offer(
        decider, {answer: dated.reasons(session, decider, answer) for answer in ALL_ANSWERS if answer in targets}
    )
    form.version.data = str(suggestion.version)
    return bool(targets)


def pairing(session: Session, suggestion: MatchSuggestion, *, whole: bool = False) -> dict[str, Any]:
    """What every page of one suggestion shows: both sides without a name, and the explanation.

    The `whole` explanation is for the person and the reviewer. Others are not told what the person would gain.
    """
    names = sides.names_for(session, suggestion)
    explanation = explained.of_suggestion(session, suggestion)
    return {
        "suggestion": suggestion,
        "title": sides.title_of(suggestion),
        "person_side": sides.person_side(suggestion, names),
        "post_side": sides.post_side(suggestion, names),
        "explanation": explanation if whole else explanation.for_host(),
        "status": states.derived_status(suggestion),
        "object_until": states.object_until(suggestion, queries.rules(session, suggestion)),
    }


def problems(form: Any, problem: Any) -> list[dict[str, Any]]:
    """Items of the error summary: why the state refused, then what is wrong with the fields."""
    first = [{"text": str(problem)}] if problem is not None else []
    return [*first, *(form.error_list() if form is not None else [])]
