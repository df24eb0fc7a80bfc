"""The words of the transparency record, with the numbers that are in use."""

from __future__ import annotations

from typing import Any

from talent.i18n import _, local_number
from talent.insights.running import Running

DESCRIPTION = _(
    "Civil servants of the United Kingdom and the Republic of Korea record their digital skills, and organisations "
    "post secondments. The tool compares the two and suggests pairings to administrators, with its reasons."
)
NO_DECISIONS = _("It gives advice. Every decision about a person is made by people, each with a written reason.")
SCOPE = _(
    "In scope: ordering the possible pairings of published posts and people who take part, and the private ranking of "
    "posts that each person sees."
)
OUT_OF_SCOPE = _(
    "Out of scope: assessing performance or conduct, pay, promotion or appraisal, deciding who is put forward, "
    "selected or released, and anything about people who have not chosen to take part."
)
BENEFITS = _(
    "Administrators see short lists with reasons instead of reading every profile against every post, people whose "
    "profile is in the other language are found, and everybody can see why a post was suggested."
)
ALTERNATIVES = _(
    "A keyword search alone was not used: it finds no shared words between Korean and English. Large language models "
    "were not used: their reasons cannot be added up and checked. Working by hand stays possible at any time."
)
INFORMATION = _(
    "After giving a first view without it, a reviewer sees a band in words, the skills met and missing, the words and "
    "sentences that counted, each rule that was checked and the versions. The person concerned sees the same."
)
ARCHITECTURE = _(
    "One web application with a database and a worker. The matcher is a library inside it; it has no connection to "
    "other services and sends no data anywhere."
)
MAINTENANCE = _(
    "Settings and versions are stored with each run and each suggestion. This record is made from the settings in use, "
    "so it changes when they do."
)
TASK = _("Scoring and ordering of possible pairings of a profile and a post.")
INPUTS = (
    _("Skills with levels, experience in the person’s own words, and what the person is looking for."),
    _("The skills, text, dates, place and language needs of a post."),
    _(
        "Rules that are checked before anything is scored: kind of exchange, dates, direction across the border, "
        "language needs, and the grade within one country."
    ),
)
NEVER_USED = _(
    "Never used: name, sex, age, nationality, ethnicity, religion, health or disability, family, political views, "
    "union membership, photo, address, origin, school, contact details, use of the service, past refusals and answers "
    "to equality questions."
)
MEASURED = _(
    "Results by task and by language, with parity between Korean and English and tests of misuse, each with its date "
    "and version, are in the model card. They come from texts, not from decisions of this service."
)
NEVER_MEASURED = (
    _("whether groups of people are treated alike, from optional answers and in counts of ten or more"),
    _("how well the order agrees with what reviewers and hosts decide, which would need decisions that nobody steered"),
)
SOURCES = _(
    "Profiles written by people who take part, posts written by organisations, and the published framework of skills."
)
LANGUAGES = _("English and Korean. A profile or a post may be in one language only.")
SENSITIVE = _("None. Optional answers to equality questions are kept in a separate store that the matcher cannot read.")
COMPLETENESS = _(
    "Only people who chose to take part are compared. What somebody has not stated never counts against them."
)
CLEANING = _(
    "Text is put into one form of Unicode, invisible characters are removed, and names and contact details of the "
    "owner are taken out before anything is compared."
)
ACCESS = _(
    "Data is kept in the database of the service. Reviewers and hosts see people without names until the person has "
    "said yes to a post. Seeing a name needs a reason and is recorded."
)
RISKS = (
    _(
        "People may follow the tool without thinking: reviewers give a first view before they see a score, agreement "
        "is measured, and nothing is decided in bulk."
    ),
    _(
        "Good people may be missed: some people from below the threshold are mixed into short lists, everybody can "
        "apply themselves, and anybody can ask why a post was not suggested."
    ),
    _(
        "Personal data crosses a border: nothing is shown abroad before the person’s choice, and it stops at once when "
        "the choice is taken back."
    ),
    _(
        "Text may be written to please the tool: people read the text, the reasons show what counted, and what was "
        "taken from the post does not count."
    ),
)
LIMITS = (
    _("The tool sees texts, not people: two descriptions of the same work in unusual words may look different."),
    _("Levels are declared by the person and are not checked by the tool."),
    _("Grades of the two countries cannot be compared exactly, so they are not compared across the border."),
)


def number(value: int | float | None) -> str:
    """A number as the reader writes it; a small count is told as such."""
    return str(_("fewer than 10")) if value is None else local_number(value)


def _percent(share: float) -> str:
    return f"{local_number(round(100 * share, 1))}%"


def how_it_works(now: Running) -> list[Any]:
    """The method in words."""
    return [
        _("Technical terms in both languages are recognised with a bilingual list of skills and their other names."),
        _(
            "Five parts are scored from 0 to 1: essential skills, desirable skills, recognised skills in the texts, "
            "the words of the texts (TF-IDF, cosine), and the meaning of their sentences (sentence vectors, cosine). "
            "The score is their weighted mean over the parts that apply."
        ),
        _(
            "The essential skills of a post count in full from %(number)s of them on, and less below. So do the "
            "desirable skills: one or two say too little about a post.",
            number=now.settings.matcher.skills_full,
        ),
        _(
            "What the person would gain (skills to develop and wishes met) is a separate result. It counts for "
            "%(share)s of the order of lists and does not affect the band.",
            share=_percent(now.settings.matcher.growth_share),
        ),
        _(
            "Passages taken from the post, and words repeated again and again, do not count and are shown to the "
            "reviewer."
        ),
        _("The score is shown as a band in words, never as a bare percentage."),
        _(
            "For each post the %(post)s best people and for each person the %(person)s best posts are suggested, if "
            "they reach the threshold.",
            post=number(now.settings.per_post),
            person=number(now.settings.per_person),
        ),
    ]


def process(now: Running) -> list[Any]:
    """From a suggestion to a placement."""
    return [
        _(
            "A reviewer looks at one post with a short list of %(size)s people, without names, and up to %(mixed)s "
            "more mixed in at random from below the threshold, without a label.",
            size=number(now.rule("shortlist_size")),
            mixed=number(now.rule("shortlist_mixed_in")),
        ),
        _("The reviewer gives a first view of each person before any score is shown, then decides with a reason."),
        _(
            "The receiving country may object within %(gb)s days (United Kingdom) or %(kr)s days (Korea).",
            gb=number(now.rule("objection_days", "GB")),
            kr=number(now.rule("objection_days", "KR")),
        ),
        _("Then the person decides, then the host organisation, then the person’s own organisation."),
    ]


def scale(now: Running) -> list[Any]:
    """How much it is used, in published counts."""
    return [
        _("The matcher runs when a profile or a post changes and when an administrator asks for it."),
        _("Suggestions made: %(number)s", number=number(now.counts["suggestions"])),
        _("Suggestions decided by a reviewer: %(number)s", number=number(now.counts["reviewed"])),
        _("Put forward by a reviewer: %(number)s", number=number(now.counts["put_forward"])),
    ]


def human_review(now: Running) -> list[Any]:
    """What people do, and how it is watched."""
    return [
        _("An administrator of the sending country with no interest in either side decides on each suggestion."),
        _(
            "Each decision, including a decline, needs a written reason of at least %(length)s letters. There is no "
            "default answer and no bulk approval.",
            length=number(now.rule("review_reason_length")),
        ),
        _(
            "An alert is raised when decisions agree with the tool in %(percent)s or more of the last %(decisions)s.",
            percent=f"{number(now.rule('rubber_stamp_percent'))}%",
            decisions=number(now.rule("rubber_stamp_decisions")),
        ),
        _("The matcher can be turned off with one command. Everything then works by hand."),
    ]


def contests(now: Running) -> list[Any]:
    """How a decision is contested, and how contests went."""
    overturn = now.contests.overturn_percent
    return [
        _("A person can see, correct and delete their data, and ask why a post was not suggested."),
        _(
            "A person can contest a decision. An administrator who did not take it must answer with reasons within "
            "%(days)s days, and aims to do so within %(aim)s working days. The pairing waits meanwhile.",
            days=number(now.rule("contest_days")),
            aim=number(now.rule("contest_aim_days")),
        ),
        _("Requests to look again received: %(number)s", number=number(now.contests.received)),
        _("Requests to look again answered: %(number)s", number=number(now.contests.answered)),
        _("Share of answers that changed the decision: %(share)s", share=f"{overturn}%")
        if overturn is not None
        else _("Share of answers that changed the decision: shown once 10 requests have been answered"),
        _("A person can opt out of matching without any disadvantage, and ask to be considered for a post directly."),
    ]


def phase(now: Running) -> list[Any]:
    return [_("In use") if now.enabled else _("Paused: the matcher is turned off and people work by hand")]


def versions(now: Running) -> list[Any]:
    """Versions and hashes that a suggestion can be traced to."""
    return [
        _(
            "Matcher: version %(version)s, settings %(hash)s",
            version=now.settings.matcher.version,
            hash=now.settings.matcher.sha256,
        ),
        _("Run settings: %(hash)s", hash=now.settings.sha256),
        _("List of recognised skills: %(hash)s", hash=now.lexicon),
        _("Skills framework: release %(release)s", release=number(now.reference.get("skills.csv", 0))),
    ]


def bands(now: Running) -> list[Any]:
    """What comes out, with the thresholds in use."""
    matcher = now.settings.matcher
    return [
        _("Strong match: a score of %(score)s or more", score=local_number(matcher.band_strong)),
        _("Good match: a score of %(score)s or more", score=local_number(matcher.band_good)),
        _(
            "Possible match: a score of %(score)s or more; this is the threshold for a suggestion",
            score=local_number(matcher.band_possible),
        )
        if now.settings.least_band.value == "possible"
        else _("Possible match: a score of %(score)s or more", score=local_number(matcher.band_possible)),
        _("Weak match: any lower score"),
        _("With each score: every part’s share, and the skills, words and sentences that made it"),
    ]


def weights(now: Running) -> list[Any]:
    """The weights in use."""
    matcher = now.settings.matcher
    whole = sum(matcher.weights.values())
    return [
        _("Essential skills: %(share)s of the score", share=_percent(matcher.weight_skills_essential / whole)),
        _("Desirable skills: %(share)s of the score", share=_percent(matcher.weight_skills_desirable / whole)),
        _("Recognised skills in the texts: %(share)s of the score", share=_percent(matcher.weight_concepts / whole)),
        _("Words of the texts: %(share)s of the score", share=_percent(matcher.weight_text / whole)),
        _("Meaning of the sentences: %(share)s of the score", share=_percent(matcher.weight_meaning / whole)),
        _("Parts that do not apply are left out and the others keep their proportion."),
        _("There is no training on past decisions."),
    ]


def quantities(now: Running) -> list[Any]:
    """Data counts, rounded to five; fewer than ten is not told."""
    return [
        _("Active profiles: %(number)s", number=number(now.counts["active_profiles"])),
        _("Published posts: %(number)s", number=number(now.counts["published_posts"])),
        _("Counts are rounded to the nearest 5. Counts under 10 are not shown."),
    ]
