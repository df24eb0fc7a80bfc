"""Everything held about one person, part by part: what it is, where to correct it, whom to ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from models import User
from talent.errors import NotFound
from talent.i18n import _
from talent.privacy import held_account, held_matching, held_profile, held_sent
from talent.privacy.held import Correction, Part, Record

HR = _("Ask the HR staff of your organisation to correct it. They answer only whether you work there.")
ADMINISTRATORS = _("Ask an administrator of your country.")
NOT_CHANGED = _("This is a record of what happened, so it is not changed. If it is wrong, contest it.")


@dataclass(frozen=True)
class Kind:
    """One part: its words, what collects it, and where it is corrected."""

    code: str
    title: Any
    about: Any
    collect: Callable[[Session, User], list[Record]]
    correction: Correction


KINDS: tuple[Kind, ...] = (
    Kind(
        "account",
        _("Account"),
        _("Who you are to the service and how you sign in. Passwords, codes and keys are never shown."),
        held_account.account,
        Correction(
            _(
                "Change your names and form of address yourself, and have former names removed. "
                "Your work address is changed by an administrator."
            ),
            "account.overview",
            _("Go to your account"),
        ),
    ),
    Kind(
        "roles",
        _("Roles"),
        _("What you may do, since when, and proposals to make you an administrator."),
        held_account.roles,
        Correction(ADMINISTRATORS),
    ),
    Kind(
        "works_here",
        _("Where you work"),
        _("What organisations answered when asked whether you work there."),
        held_account.works_here,
        Correction(HR),
    ),
    Kind(
        "visits",
        _("Where you are signed in"),
        _("Browsers in which you are signed in now."),
        held_account.visits,
        Correction(
            _("Sign out where you no longer want to be signed in."),
            "sessions.overview",
            _("See where you are signed in"),
        ),
    ),
    Kind(
        "profiles",
        _("Profile"),
        _("Your skills profile with every text and change of state, and profiles you withdrew while they are kept."),
        held_profile.profiles,
        Correction(_("Change every answer yourself."), "profiles.task_list", _("Go to your profile")),
    ),
    Kind(
        "meanings",
        _("Your sentences as numbers"),
        _(
            "So that texts in two languages can be compared, each sentence of an active profile is kept as numbers "
            "that a model made of it. They hold no words, and a download tells how many there are and since when. They "
            "are deleted when you pause or withdraw your profile, opt out of matching or delete your account."
        ),
        held_profile.meanings,
        Correction(
            _("They are made again when you change a text of your profile."),
            "profiles.task_list",
            _("Go to your profile"),
        ),
    ),
    Kind(
        "bases",
        _("Choices and consents"),
        _("What you agreed to or refused, under which text, since when and until when."),
        held_profile.bases,
        Correction(
            _("Change or take back a choice or consent at any time."), "profiles.task_list", _("Go to your profile")
        ),
    ),
    Kind(
        "notices_read",
        _("Notices you have read"),
        _("Privacy notices that you said you have read, with their version."),
        held_sent.notices_read,
        Correction(NOT_CHANGED),
    ),
    Kind(
        "abroad",
        _("Shown in the other country"),
        _("Since when and until when you were shown abroad, and who there was shown your profile."),
        held_profile.abroad,
        Correction(_("Stop being shown abroad at any time."), "profiles.task_list", _("Go to your profile")),
    ),
    Kind(
        "suggestions",
        _("Suggestions and decisions"),
        _(
            "Every post you were suggested for, including those a reviewer declined or that came to nothing: the "
            "score, why, and every answer with its reason. A reviewer’s answer shows once it can no longer be taken "
            "back, and a first view once a decision has been made."
        ),
        held_matching.suggestions,
        Correction(_("If a decision is wrong, ask for it to be looked at again: open the suggestion.")),
    ),
    Kind(
        "contests",
        _("Decisions you contested"),
        _("Your requests to look again, and the answers."),
        held_matching.contests,
        Correction(_("You can take a request back until it is answered: open it.")),
    ),
    Kind(
        "viewers",
        _("Who has seen your profile"),
        _("Each visit: who it was in general terms, whether your name was shown, and why."),
        held_profile.viewers,
        Correction(NOT_CHANGED),
    ),
    Kind(
        "interests",
        _("Declared interests"),
        _("Administrators who declared an interest in you decide nothing about you. Their names are not shown."),
        held_matching.interests,
        Correction(NOT_CHANGED),
    ),
    Kind(
        "equality",
        _("Equality questions"),
        _("Your answers to the optional questions. Only you can read them."),
        held_account.equality,
        Correction(_("Change or delete your answers."), "monitoring.answers", _("Go to the equality questions")),
    ),
    Kind(
        "notices",
        _("Notices"),
        _("What the service told you."),
        held_sent.notices_sent,
        Correction(NOT_CHANGED),
    ),
    Kind(
        "waiting",
        _("Messages waiting to be sent"),
        _("Messages to you that have not been sent yet."),
        held_sent.waiting,
        Correction(NOT_CHANGED),
    ),
    Kind(
        "links",
        _("Invitations and links"),
        _("Links that were sent to your address. The links themselves are not kept."),
        held_sent.links,
        Correction(ADMINISTRATORS),
    ),
    Kind(
        "imports",
        _("Imports"),
        _("Lines of imported files that your profile came from."),
        held_sent.imports,
        Correction(_("Change what came from the file in your profile."), "profiles.task_list", _("Go to your profile")),
    ),
    Kind(
        "posts",
        _("Posts you wrote"),
        _("Posts that name you as their author. They belong to your organisation."),
        held_account.posts,
        Correction(_("Correct a post among the posts of your organisation.")),
    ),
    Kind(
        "exports",
        _("Copies of your data"),
        _("When a copy like this was made, and by whom."),
        held_sent.exports,
        Correction(NOT_CHANGED),
    ),
    Kind(
        "activity",
        _("Record of what was done"),
        _(
            "What you did here and what was done with your data, as numbers and codes. It is kept after your account "
            "is deleted."
        ),
        held_sent.activity,
        Correction(NOT_CHANGED),
    ),
)
BY_CODE = {kind.code: kind for kind in KINDS}


def part(session: Session, user: User, code: str) -> Part:
    """One part with its records. Raises NotFound for an unknown code."""
    kind = BY_CODE.get(code)
    if kind is None:
        raise NotFound
    return Part(kind.code, kind.title, kind.about, kind.collect(session, user), kind.correction)


def everything(session: Session, user: User) -> list[Part]:
    """All parts, in the order of the page."""
    return [part(session, user, kind.code) for kind in KINDS]
