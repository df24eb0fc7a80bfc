"""What each move of a post is called and what it leads to, as its page says it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from talent.i18n import _
from talent.opportunities.states import Action


@dataclass(frozen=True)
class MoveWords:
    button: Any
    question: Any
    effects: tuple[Any, ...]
    done: Any
    warning: bool = False


MOVES: dict[Action, MoveWords] = {
    Action.PUBLISH: MoveWords(
        _("Publish"),
        _("Publish this post"),
        (
            _("Everybody signed in can find and read it, in both countries."),
            _("People who fit it can be put forward."),
            _("It closes automatically at the end of its closing date."),
        ),
        _("The post is published."),
    ),
    Action.RETURN: MoveWords(
        _("Return as a draft"),
        _("Return this post"),
        (
            _("The post becomes a draft again, and its organisation can change it."),
            _("The author is told, and reads your reason and note."),
        ),
        _("The post is a draft again."),
    ),
    Action.PAUSE: MoveWords(
        _("Pause"),
        _("Pause this post"),
        (
            _("It disappears from the list, and nobody new is put forward for it."),
            _("You can resume it until its closing date."),
        ),
        _("The post is paused."),
    ),
    Action.RESUME: MoveWords(
        _("Resume"),
        _("Resume this post"),
        (_("It can be found again, and people can be put forward for it."),),
        _("The post is published again."),
    ),
    Action.CLOSE: MoveWords(
        _("Close early"),
        _("Close this post before its closing date"),
        (
            _("Nobody new is put forward for it. Decisions that are open go on."),
            _("A closed post cannot be opened again, but you can copy it."),
        ),
        _("The post is closed."),
        warning=True,
    ),
    Action.FILL: MoveWords(
        _("Mark as filled"),
        _("Mark this post as filled"),
        (_("This ends the post. Places that are agreed stay agreed."),),
        _("The post is marked as filled."),
    ),
    Action.LEAVE_UNFILLED: MoveWords(
        _("Mark as not filled"),
        _("Mark this post as not filled"),
        (_("This ends the post with nobody in it."),),
        _("The post is marked as not filled."),
        warning=True,
    ),
    Action.CANCEL: MoveWords(
        _("Cancel the post"),
        _("Cancel this post"),
        (
            _("It disappears from the list and cannot come back."),
            _("Every open pairing for it closes as “post withdrawn”, never as “not suitable”."),
            _("The people who would have decided next are told."),
        ),
        _("The post is cancelled."),
        warning=True,
    ),
}
