"""Words for runs of the matcher: what made them, how they stand, and what they were told."""

from __future__ import annotations

from typing import Any

from models import MatchRun
from models.types import Band, RunStatus
from talent.i18n import _, _n, local_number
from talent.matching import queries_runs
from talent.matching.explanations import PARTS, BandView
from talent.matching.states import BAND_WORDS

FEWEST_COUNTED = queries_runs.FEWEST_COUNTED
TRIGGERS: dict[str, Any] = {
    "change": _("A profile or post changed"),
    "command": _("Command line"),
    "button": _("An administrator asked"),
    "settings": _("Matcher settings changed"),
    "pairs": _("Pairings named one by one"),
    "shortlist": _("Mixed into a shortlist"),
    "hand": _("Put together by hand"),
}
STATUSES: dict[RunStatus, Any] = {
    RunStatus.QUEUED: _("Waiting"),
    RunStatus.RUNNING: _("Running"),
    RunStatus.DONE: _("Done"),
    RunStatus.FAILED: _("Failed"),
}
STATUS_TAGS: dict[RunStatus, str] = {
    RunStatus.QUEUED: "govuk-tag--grey",
    RunStatus.RUNNING: "govuk-tag--blue",
    RunStatus.DONE: "govuk-tag--green",
    RunStatus.FAILED: "govuk-tag--red",
}


def band(value: Band) -> BandView:
    """A band as a tag."""
    return BandView.of(value)


def scope(run: MatchRun) -> str:
    """What a run looked at."""
    if not run.scope:
        return str(_("All people and all posts"))
    if "pairs" in run.scope:
        return str(_n("%(num)s pairing", "%(num)s pairings", int(run.scope["pairs"])))
    people, posts = (len(run.scope.get(name, ())) for name in ("profile_ids", "opportunity_ids"))
    parts = [str(_n("%(num)s person", "%(num)s people", people))] if people else []
    parts += [str(_n("%(num)s post", "%(num)s posts", posts))] if posts else []
    return ", ".join(parts)


def settings(run: MatchRun) -> list[tuple[str, str]]:
    """The settings of a run that decide most, each as what it is and its value; empty before it began."""
    if not run.params:
        return []
    matcher = run.params["matcher"]
    weights = [(str(_("Weight: %(part)s", part=PARTS[code])), _points(matcher[f"weight_{code}"])) for code in PARTS]
    bands = [
        (str(_("%(band)s from", band=BAND_WORDS[value])), _score(matcher[f"band_{value}"]))
        for value in (Band.STRONG, Band.GOOD, Band.POSSIBLE)
    ]
    return [
        *weights,
        *bands,
        (str(_("Suggested from band")), str(BAND_WORDS[Band(run.params["least_band"])])),
        (str(_("People for each post, at most")), local_number(run.params["per_post"])),
        (str(_("Best posts for each person, in addition")), local_number(run.params["per_person"])),
        (
            str(_("Share of a missing level that a wish to develop makes up for")),
            local_number(matcher["develop_credit"]),
        ),
    ]


VERSIONED = ("matcher", "lexicon", "encoder", "analyser")


def technical(run: MatchRun) -> list[tuple[str, str]]:
    """Every setting and version by its technical name, for those who repeat a run."""
    rows = [(name, str(value)) for name, value in sorted(run.params.get("matcher", {}).items())]
    libraries = run.versions.get("libraries", {})
    rows += [(name, str(libraries[name])) for name in sorted(libraries)]
    rows += [(name, str(run.versions[name])) for name in VERSIONED if run.versions.get(name)]
    rows += [("settings", run.params_hash), ("seed", run.seed)]
    return [(name, value) for name, value in rows if value]


def releases(run: MatchRun) -> list[tuple[str, int]]:
    """Release of each reference file a run read."""
    return sorted(run.versions.get("reference", {}).items())


def _points(weight: float) -> str:
    """A weight as administrators set it: in points of 100."""
    return str(_("%(number)s points", number=local_number(round(weight * 100, 1))))


def _score(value: float) -> str:
    return str(_("%(points)s of 100 points", points=local_number(round(value * 100))))
