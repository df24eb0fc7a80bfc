"""Measured figures in words, in the reader's language: quality, language parity, attacks."""

from __future__ import annotations

import re
from typing import Any

from ml.results import Figure
from talent.i18n import _, local_number

MEASURES: dict[str, Any] = {
    "rank_gap_median": _("Places between the Korean and the English version, median"),
    "rank_gap_p90": _("Places between the Korean and the English version, nine in ten have fewer"),
    "selection_ratio": _("Korean profiles among the best ten, for each English one"),
    "top10_overlap": _("Share of the best ten that both versions have in common"),
    "cell_ratio": _("How well the order agrees with judgement, against the best pair of languages"),
    "nfc_nfd_difference": _("Scores that change when Hangul is typed letter by letter"),
    "places_gained_median": _("Places gained in 100, median"),
    "places_gained_by_repeating": _("Places gained by repeating a word, median"),
    "attacks_flagged": _("Share of changed texts that carry a visible flag"),
    "honest_flagged": _("Share of honest profiles that carry a visible flag"),
    "any_rank_gap_median": _("Places between the Korean and the English version, median"),
    "any_rank_gap_p90": _("Places between the Korean and the English version, nine in ten have fewer"),
    "ndcg_at_10": _("nDCG@10: how good the first ten are, in their order"),
    "mrr": _("MRR: how high the first correct answer ranks"),
    "places_gained_most": _("Places gained in 100, maximum"),
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
    "any post": _("any post"),
    "five careers added": _("five made-up careers added"),
    "posts for English profiles": _("posts for profiles in English"),
    "posts for Korean profiles": _("posts for profiles in Korean"),
    "English people to posts of both": _("our people in English to posts of both countries"),
    "Korean people to posts of both": _("our people in Korean to posts of both countries"),
    "gdd-profile-role": _("skill descriptions to roles (English)"),
    "onet-esco": _("occupation descriptions to occupations (English)"),
    "skill-link": _("mentions to skills (English)"),
    "title-melo-en": _("job titles to occupations (English)"),
    "ko-en-tech-text": _("Korean technical texts to English ones"),
    "ko-en-tech-hangul": _("Korean technical texts without Latin letters to English ones"),
}
"""Pieces between commas, with # for a number."""
VARIANTS: dict[str, Any] = {
    "this project": _("this matcher, text only"),
    "product": _("the matcher as it is used"),
    "text only": _("text only"),
    "undeclared": _("the matcher, nobody declaring a skill"),
}


def method(figure: Figure) -> str:
    """By what it was measured."""
    return str(VARIANTS.get(figure.variant, figure.variant))


def has_words(figure: Figure) -> bool:
    """Tell whether every code of a figure has words."""
    pieces = figure.subject.split(", ")
    known = all(piece in SUBJECTS or re.sub(r"\d+", "#", piece) in SUBJECTS for piece in pieces)
    return known and figure.measure in MEASURES and figure.variant in VARIANTS


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
    if piece in SUBJECTS:
        return str(SUBJECTS[piece])
    numbers = re.findall(r"\d+", piece)
    words = SUBJECTS.get(re.sub(r"\d+", "#", piece))
    if words is None:
        return piece
    shown = dict(zip(("num", "other"), map(local_number, map(int, numbers)), strict=False))
    return str(words) % shown if shown else str(words)
