"""Keeping translations, as drafts or checked, with who wrote and who checked them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from models import Opportunity, OpportunityText, Profile, ProfileText, User, utc_now
from models.types import Language, OpportunityStatus, ProfileStatus, TextState
from talent import texts
from talent.audit.services import record
from talent.auth.policies import translator_or_administrator
from talent.db import transaction
from talent.errors import Forbidden, Invalid, StaleRecord
from talent.events import OpportunityChanged, ProfileChanged, emit
from talent.i18n import _
from talent.notifications.services import notify
from talent.opportunities import notices as post_notices
from talent.translations import notices, queries

PROFILE_NOTICE = notices.PROFILE_TRANSLATED


def save_draft(
    session: Session,
    *,
    actor: User,
    kind: str,
    owner_id: UUID,
    target: Language,
    contents: Mapping[str, str],
    seen: str | None = None,
) -> None:
    """Keep a translation that is not checked yet. `seen` is the fingerprint of what the actor looked at.

    Raises NotFound, Forbidden for a person who is no translator, StaleRecord when a text changed meanwhile.
    """
    _save(session, actor, kind, owner_id, target, contents, seen, checked=False)


def mark_checked(
    session: Session,
    *,
    actor: User,
    kind: str,
    owner_id: UUID,
    target: Language,
    contents: Mapping[str, str],
    seen: str | None = None,
) -> None:
    """Keep a translation as checked by the actor and tell those whose text it is.

    Raises as save_draft does, and Invalid when a text is left empty.
    """
    empty = [field for field, content in contents.items() if not content]
    if empty:
        raise Invalid(fields={f"text_{field}": _("Enter the translation") for field in empty})
    _save(session, actor, kind, owner_id, target, contents, seen, checked=True)


def _save(
    session: Session,
    actor: User,
    kind: str,
    owner_id: UUID,
    target: Language,
    contents: Mapping[str, str],
    seen: str | None,
    *,
    checked: bool,
) -> None:
    with transaction(session):
        if not translator_or_administrator(actor):
            raise Forbidden
        owner = queries.owner(session, kind, owner_id, target)
        contents = _unmasked(owner, target, contents)
        if _says_already(owner, target, contents, actor, checked=checked):
            return
        if seen is not None and seen != queries.fingerprint(owner, target):
            raise StaleRecord(owner)
        for pair in queries.pairs(owner, target):
            if pair.field in contents:
                row = pair.translation or _new_row(owner, pair.field, target)
                texts.write_translation(row, pair.source, contents[pair.field], actor.id, checked=checked)
        owner.updated_at = utc_now()  # its parts changed: the version must go up with them
        record(session, actor, f"translation.{'checked' if checked else 'draft'}", owner, lang=target)
        _pass_on(session, owner, actor, checked=checked)


def _unmasked(owner: queries.TextOwner, target: Language, contents: Mapping[str, str]) -> dict[str, str]:
    """What was sent, with the kept words wherever the translator left what they were shown as it was."""
    kept = {
        pair.field: pair.translation.content
        for pair in queries.pairs(owner, target)
        if pair.translation is not None
        and contents.get(pair.field) == unicodedata.normalize("NFKC", pair.translated).strip()  # as forms clean it
    }
    return {**contents, **kept}


def _says_already(
    owner: queries.TextOwner, target: Language, contents: Mapping[str, str], actor: User, *, checked: bool
) -> bool:
    """The same form sent twice: everything is kept already, in the same state and by the same person."""
    wanted = TextState.CHECKED if checked else TextState.DRAFT
    return all(
        row is not None
        and row.content == contents.get(pair.field, row.content)
        and row.state is wanted
        and not row.is_stale(pair.source.content)
        and (not checked or row.checked_by_id == actor.id)
        for pair in queries.pairs(owner, target)
        for row in (pair.translation,)
    )


def _new_row(owner: queries.TextOwner, field: str, target: Language) -> OpportunityText | ProfileText:
    if isinstance(owner, Opportunity):
        post_text = OpportunityText(field=field, lang=target, content="", state=TextState.AWAITED)
        owner.texts.append(post_text)
        return post_text
    profile_text = ProfileText(field=field, lang=target, content="", state=TextState.AWAITED)
    owner.texts.append(profile_text)
    return profile_text


def _pass_on(session: Session, owner: queries.TextOwner, actor: User, *, checked: bool) -> None:
    """Let the matcher read the new words, and tell those whose text it is once it is checked."""
    session.flush()
    if isinstance(owner, Profile):
        if owner.status is ProfileStatus.ACTIVE:
            emit(session, ProfileChanged(owner.id))
        if checked and owner.user is not None:
            notify(session, owner.user, PROFILE_NOTICE, endpoint="profiles.task_list")
        return
    if owner.status is OpportunityStatus.PUBLISHED:
        emit(session, OpportunityChanged(owner.id))
    if checked:
        people = post_notices.responsible(session, owner)
        post_notices.tell(session, people, "post_translation_checked", owner, but=actor)
