"""Flask's session, kept in the database for whoever is signed in or owes a second factor.

Their cookie holds a random key and nothing else. Visitors keep Flask's signed cookie, so that an anonymous scan
writes nothing. Why not an extension: docs/decisions/0009-sessions.md.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from flask import Flask, Request, Response, g, request
from flask import session as visit
from flask.json.tag import TaggedJSONSerializer
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask_login import user_logged_in
from sqlalchemy import delete, exists, insert, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from models import RoleGrant, User, UserSession, utc_now
from models.types import RoleName
from talent.auth.browsers import browser_words, partial_address
from talent.auth.session_limits import Limits
from talent.db import transaction
from talent.errors import Unavailable
from talent.extensions import db

log = structlog.get_logger(__name__)
SIGNED_IN, OWES_FACTOR = "_user_id", "tf_user_id"
LATE = "late_session"
"""Key under which a visitor's cookie names the row of a session of theirs that ended by time; it opens nothing."""
KEPT_BY_VISITORS = frozenset({"language", "_flashes", "late_form", LATE})
TOUCHED_EVERY = timedelta(minutes=1)
KEY_BYTES = 32
_json = TaggedJSONSerializer()


class Visit(SecureCookieSession):
    """One request's session. For visitors only the dictionary matters."""

    row_id: UUID | None = None
    """Row of the session that the request came with, while it is good."""
    user_id: UUID | None = None
    created_at: datetime | None = None
    seen_at: datetime | None = None
    before: str = ""
    """The data as loaded, to see whether anything changed."""
    limits: Limits | None = None
    ended: str = ""
    """Why the session that the cookie names is no longer good: `idle`, `absolute` or `gone`; empty otherwise."""
    late: dict[str, Any] | None = None
    """Id, owner and data of a session that ended by time, for a form that was sent too late."""
    renew: bool = False
    """Somebody has just signed in: the session gets a new key."""
    superseded: UUID | None = None
    """Row of an ended session that the new one takes the place of."""
    seen: bool = False
    """The person said that they are still here: written at once."""
    touches: bool = True
    """False for requests that are no sign of the person's activity."""
    failed: bool = False
    """The database could not be asked."""

    @property
    def was_signed_in(self) -> bool:
        """True also just after a session ended by time, so that what was typed until then is not lost."""
        return SIGNED_IN in self or LATE in self


class DatabaseSessions(SecureCookieSessionInterface):
    session_class = Visit

    def open_session(self, app: Flask, request: Request) -> Visit:
        key = request.cookies.get(self.get_cookie_name(app), "")
        if not key or "." in key:  # Flask's signed cookies hold dots, our keys do not
            found = super().open_session(app, request)
            assert isinstance(found, Visit)
            for name in (SIGNED_IN, OWES_FACTOR):  # never from a cookie: these are for the database to say
                found.pop(name, None)
            return found
        try:
            return _load(app, db.session(), key)
        except SQLAlchemyError as error:
            log.error("sessions cannot be read", exc_info=error)
            db.session.remove()
            empty = Visit()
            empty.failed = True
            return empty

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        assert isinstance(session, Visit)
        if session.failed:
            return
        if SIGNED_IN in session or OWES_FACTOR in session:
            self._keep(app, session, response)
            return
        if session.row_id is not None:
            _forget_row(session.row_id)
            for name in set(session) - KEPT_BY_VISITORS:
                session.pop(name)
        if session.ended or session.row_id is not None:
            session.modified = True  # the key in the cookie opens nothing any more
        super().save_session(app, session, response)

    def _keep(self, app: Flask, session: Visit, response: Response) -> None:
        own = db.session()
        own.rollback()
        if session.row_id is None or session.renew:
            key = secrets.token_urlsafe(KEY_BYTES)
            with transaction(own):
                alive = _change_key(own, session, key) if _same_person(session) else _begin(own, session, key)
        else:
            key, alive = "", _save(own, session)
        if alive and not key:
            return
        options: dict[str, Any] = {
            "path": self.get_cookie_path(app),
            "secure": self.get_cookie_secure(app),
            "httponly": self.get_cookie_httponly(app),
            "samesite": self.get_cookie_samesite(app),
        }
        if alive:
            response.set_cookie(self.get_cookie_name(app), key, **options)
        else:
            response.delete_cookie(self.get_cookie_name(app), **options)


def init_app(app: Flask) -> None:
    """Keep sessions in the database."""
    app.session_interface = DatabaseSessions()
    user_logged_in.connect(_renew, app)

    @app.before_request
    def need_the_database() -> None:
        if getattr(visit, "failed", False):
            raise Unavailable


def hash_of(key: str) -> str:
    """What is kept of a key. Keys are 256 random bits, so a plain hash is enough."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def holds_office() -> Any:
    """SQL: whether the session's owner is HR staff or an administrator, whose limits are shorter."""
    return exists().where(
        RoleGrant.user_id == UserSession.user_id,
        RoleGrant.revoked_at.is_(None),
        RoleGrant.role.in_((RoleName.HR, RoleName.ADMINISTRATOR)),
    )


def late_session() -> dict[str, Any] | None:
    """Id, owner and data of the session that ended by time in this browser; None when there was none lately."""
    here: Visit = visit._get_current_object()  # type: ignore[attr-defined]
    if here.late is not None or LATE not in here:
        return here.late
    row = db.session().get(UserSession, UUID(here[LATE]))
    return {"id": row.id, "user_id": row.user_id, "data": _read(row.data)} if row is not None else None


def seconds_left() -> int:
    """Whole seconds until the present session ends if nothing more happens; 0 for visitors."""
    here: Visit = visit._get_current_object()  # type: ignore[attr-defined]
    if here.limits is None or here.created_at is None or here.seen_at is None:
        return 0
    now = utc_now()
    touched = here.touches and (here.seen or now - here.seen_at >= TOUCHED_EVERY)
    ends = here.limits.ends_at(here.created_at, now if touched else here.seen_at)
    return max(0, int((ends - now).total_seconds()))


def session_limits() -> Limits | None:
    """The limits of the present session; None for visitors."""
    return getattr(visit, "limits", None)


def stored(data: dict[str, Any]) -> dict[str, Any]:
    """Data as a session's row keeps it."""
    written: dict[str, Any] = json.loads(_json.dumps(data).replace("\\u0000", ""))  # PostgreSQL refuses NUL
    return written


def renew() -> None:
    """Give the present session a new key with the answer, because its person has just proved more about themselves."""
    visit.renew = True  # type: ignore[attr-defined]
    g.signed_in_as = visit.user_id  # type: ignore[attr-defined]


def _renew(_app: Flask, user: User, **_more: Any) -> None:
    visit.renew = True  # type: ignore[attr-defined]
    g.signed_in_as = user.id


def _load(app: Flask, own: Session, key: str) -> Visit:
    row = own.execute(
        select(
            UserSession.id,
            UserSession.user_id,
            UserSession.data,
            UserSession.created_at,
            UserSession.seen_at,
            holds_office().label("office"),
        ).where(UserSession.key_hash == hash_of(key))
    ).one_or_none()
    if row is None:
        return _ended("gone")
    limits = Limits.of(app, signed_in=row.user_id is not None, office=row.office)
    ended = limits.ended(row.created_at, row.seen_at, utc_now())
    if ended:
        found = _ended(ended)
        found.late = {"id": row.id, "user_id": row.user_id, "data": _read(row.data)}
        found[LATE] = str(row.id)
        found.update({name: value for name, value in _read(row.data).items() if name == "language"})
        return found
    found = Visit(_read(row.data))
    found.row_id, found.user_id, found.limits = row.id, row.user_id, limits
    found.created_at, found.seen_at, found.before = row.created_at, row.seen_at, _json.dumps(dict(found))
    return found


def _ended(why: str) -> Visit:
    found = Visit()
    found.ended = why
    return found


def _read(data: dict[str, Any]) -> dict[str, Any]:
    read = _json.loads(json.dumps(data))
    assert isinstance(read, dict)
    return read


def _person(session: Visit) -> UUID | None:
    """Who the session is to belong to: nobody while the second factor is owed."""
    if SIGNED_IN not in session:
        return None
    person = g.get("signed_in_as") if session.renew else session.user_id
    assert isinstance(person, UUID)
    return person


def _same_person(session: Visit) -> bool:
    """True when the row lives on: the second factor was given, or the same person proved who they are once more."""
    return session.row_id is not None and session.user_id in (None, _person(session))


def _begin(own: Session, session: Visit, key: str) -> bool:
    for old in filter(None, (session.row_id, session.superseded)):
        own.execute(delete(UserSession).where(UserSession.id == old).execution_options(synchronize_session=False))
    now = utc_now()
    own.execute(
        insert(UserSession).values(
            key_hash=hash_of(key),
            user_id=_person(session),
            data=stored(dict(session)),
            created_at=now,
            seen_at=now,
            address=partial_address(request.remote_addr),
            browser=browser_words(request.user_agent.string),
        )
    )
    return True


def _change_key(own: Session, session: Visit, key: str) -> bool:
    changed = own.execute(
        update(UserSession)
        .where(UserSession.id == session.row_id)
        .values(key_hash=hash_of(key), user_id=_person(session), data=stored(dict(session)), seen_at=utc_now())
        .execution_options(synchronize_session=False)
    )
    return bool(getattr(changed, "rowcount", 0))


def _save(own: Session, session: Visit) -> bool:
    """Write what changed, or once a minute that the person was here. False when the session ended meanwhile."""
    now, values = utc_now(), dict[str, Any]()
    assert session.seen_at is not None
    if _json.dumps(dict(session)) != session.before:
        values["data"] = stored(dict(session))
    if session.touches and (values or session.seen or now - session.seen_at >= TOUCHED_EVERY):
        values["seen_at"] = now
    if not values:
        return True
    with transaction(own):
        changed = own.execute(
            update(UserSession)
            .where(UserSession.id == session.row_id)
            .values(**values)
            .execution_options(synchronize_session=False)
        )
    return bool(getattr(changed, "rowcount", 0))


def _forget_row(row_id: UUID) -> None:
    own = db.session()
    own.rollback()
    with transaction(own):
        own.execute(delete(UserSession).where(UserSession.id == row_id).execution_options(synchronize_session=False))
