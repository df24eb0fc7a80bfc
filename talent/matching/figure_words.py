"""Figures of language parity and of attacks in words, in the reader's language."""

from __future__ import annotations

import re
from typing import Any

from ml.results import Figure
from talent.i18n import _, local_number

MEASURES: dict[str, Any] = {
    "rank_gap_median": _("Places between the Korean and the English version, middle value"),
    "rank_gap_p90": _("Places between the Korean and the English version, nine in ten have fewer"),
    "selection_ratio": _("Korean profiles among the best ten, for each English one"),
    "top10_overlap": _("Share of the best ten that both versions have in common"),
    "cell_ratio": _("How well the order agrees with judgement, against the best pair of languages"),
    "nfc_nfd_difference": _("Scores that change when Hangul is typed letter by letter"),
    "places_gained_median": _("Places gained in 100, middle value"),
    "places_gained_by_repeating": _("Places gained by repeating a word, middle value"),
    "attacks_flagged": _("Share of changed texts that carry a visible flag"),
    "honest_flagged": _("Share of honest profiles that carry a visible flag"),
}
SUBJECTS: dict[str, Any] = {
    "a person in #": _("a person in %(num)s"),
    "# posts for a person": _("%(num)s posts for a person"),
    "posts that suit": _("posts that suit the person"),
    "#/#": _("%(num)s to %(other)s profiles in English and Korean"),
    "Korean to English in the top #": _("best %(num)s"),
    "profiles en": _("profiles in English"),
    "profiles ko": _("profiles in Korean"),
    "posts en": _("posts in English"),
    "posts ko": _("posts in Korean"),
    "scores that differ": _("all pairs"),
    "a term # times": _("a word %(num)s times"),
    "the post pasted": _("the whole post pasted in"),
    "its words listed": _("a list of the post’s words"),
    "the post disguised": _("the post in look-alike and invisible letters"),
    "an order and a list": _("an instruction and a list of words"),
    "hidden": _("hidden"),
    "length alone": _("a longer text that says no more"),
    "# times over once": _("%(num)s times against once"),
    "profiles": _("all profiles"),
    "for any post": _("for any post"),
}
"""Pieces between commas, with # for a number."""


def what(figure: Figure) -> str:
    """What was measured; its code where it has no words."""
    return str(MEASURES.get(figure.measure, figure.measure))


def on_what(figure: Figure) -> str:
    """On what it was measured; pieces without words stay as they are."""
    return ", ".join(_piece(piece) for piece in figure.subject.split(", "))


def result(figure: Figure) -> str:
    """The figure as the reader writes numbers."""
    return local_number(round(figure.value, 3))


def target(figure: Figure) -> str:
    """What a figure has to reach; empty where nothing is promised."""
    if figure.target is None:
        return ""
    number = local_number(figure.target)
    return str(
        _("at least %(number)s", number=number) if figure.better == "high" else _("at most %(number)s", number=number)
    )


def _piece(piece: str) -> str:
    numbers = re.findall(r"\d+", piece)
    words = SUBJECTS.get(re.sub(r"\d+", "#", piece))
    if words is None:
        return piece
    shown = dict(zip(("num", "other"), map(local_number, map(int, numbers)), strict=False))
    return str(words) % shown if shown else str(words)
