"""Two people, or two windows, saved the same thing: both versions beside each other, and nothing lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from talent.forms.base import GovForm
from talent.i18n import _

Pairs = Sequence[tuple[str, str]]
"""(label, value) of one version, in the order of the page."""

NOT_SENT_AGAIN = ("csrf_token", "version")


@dataclass(frozen=True)
class ConflictRow:
    label: str
    mine: str
    theirs: str

    @property
    def differs(self) -> bool:
        return self.mine != self.theirs


def conflict_page(
    form: GovForm | None,
    current_form: GovForm | None,
    *,
    version: Any,
    back: str,
    action: str | None = None,
    mine: Pairs | None = None,
    theirs: Pairs | None = None,
) -> ResponseReturnValue:
    """The 409 page of a save that came second.

    `form` holds what was typed and `current_form` what is saved now (`GovForm(..., from_request=False)`); `mine` and
    `theirs` take their place where the values are not those of one plain form. `version` is the version that is saved
    now: "save mine anyway" sends everything that was typed again with it, to `action` (the present address when none
    is given). `back` is the page that shows the saved version.
    """
    typed = mine if mine is not None else (form.typed() if form is not None else [])
    saved = theirs if theirs is not None else (current_form.typed() if current_form is not None else [])
    again = [(name, value) for name, value in request.form.items(multi=True) if name not in NOT_SENT_AGAIN]
    page = render_template(
        "errors/conflict.html",
        title=_("Somebody else changed this first"),
        rows=_rows(typed, saved),
        again=again,
        version=version,
        back=back,
        action=action or request.full_path.rstrip("?"),
    )
    return page, 409


def _rows(mine: Pairs, theirs: Pairs) -> list[ConflictRow]:
    """Both versions by label, in the order of mine; what only the saved one has comes last."""
    typed, saved = dict(mine), dict(theirs)
    labels = list(dict.fromkeys([*typed, *saved]))
    return [ConflictRow(label, typed.get(label, ""), saved.get(label, "")) for label in labels]
