"""One world with a record of every kind in every state, and one person of every kind to ask for them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import Context
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from models import Notification, Opportunity, RoleGrant, User, UserSession, WorksHere
from models.types import Answer, ConfirmationStatus, Country, Decider, OpportunityStatus, RoleName, Side
from talent.auth.access import RANDOM, Who
from talent.db import transaction
from talent.extensions import db
from talent.matching import settings_change
from talent.review import shortlists
from tests.support import build, build_decisions, build_opportunities
from tests.support.build_auth import csrf_token
from tests.support.build_decisions import Case
from tests.support.databases import SqliteStore
from tests.support.page import Visitor

Ids = dict[str, Any]
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


@dataclass
class Browser:
    """A signed-in browser whose cookies never change, so that each request starts from the same place."""

    app: Flask
    cookie: str
    token: str
    before: str
    """The token of the sign-in page, from before this person was known."""

    def send(self, method: str, address: str, data: dict[str, Any] | None = None, **headers: str) -> TestResponse:
        client = self.app.test_client(use_cookies=False)
        every = {"Cookie": self.cookie, "Accept-Language": "en", **headers}
        return Context().run(lambda: client.open(address, method=method, data=data, headers=every))

    def answer(self, method: str, address: str) -> TestResponse:
        """Ask with nothing but a good token."""
        return self.send(method, address, {"csrf_token": self.token} if method in UNSAFE else None)


@dataclass
class World:
    app: Flask
    store: SqliteStore
    actors: dict[Who, UUID] = field(default_factory=dict)
    browsers: dict[Who, Browser] = field(default_factory=dict)
    records: dict[str, dict[str, Ids]] = field(default_factory=dict)
    """Kind of record → state → what addresses of it are made from."""

    def address(self, rule: Rule, kind: str, state: str) -> str:
        """The address of a rule for the record in this state; for RANDOM, one of the right form that names nothing."""
        states = self.records.get(kind, {})
        known = states[next(iter(states))] if state == RANDOM and states else states.get(state, {})
        values = {name: self._value(rule, name, known, state) for name in rule.arguments}
        return str(self.app.url_map.bind("localhost").build(rule.endpoint, values, rule_method(rule)))

    def _value(self, rule: Rule, name: str, known: Ids, state: str) -> Any:
        one_of = sorted(getattr(rule._converters[name], "items", ()))
        if one_of:
            return known[name] if known.get(name) in one_of else one_of[0]
        found = known.get(name)
        if state != RANDOM and found is None:
            raise KeyError(f"{rule.endpoint}: no {name} in the world's {known or 'records'}")
        if state == RANDOM:
            uuid = type(rule._converters[name]).__name__ == "UUIDConverter"
            return uuid4() if uuid else "nothing-of-that-name"
        return found

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Whatever is changed inside is as before afterwards."""
        try:
            yield
        finally:
            self.restore()

    def sign_in_again(self, who: Who) -> None:
        """A fresh browser: some pages want the second factor of the last minutes."""
        self.restore()
        if who is Who.VISITOR:
            return
        with self.app.app_context():
            email = db.session.get_one(User, self.actors[who]).email
            db.session.remove()
        self.browsers[who] = signed_in(self.app, email)
        self.remember()

    def remember(self) -> None:
        self._let_go()
        with create_engine(self.store.url, poolclass=NullPool).connect() as connection:
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        shutil.copyfile(self.store.path, self._kept)

    def restore(self) -> None:
        self._let_go()
        for suffix in ("-wal", "-shm"):
            self.store.path.with_name(self.store.path.name + suffix).unlink(missing_ok=True)
        shutil.copyfile(self._kept, self.store.path)

    def _let_go(self) -> None:
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()

    @property
    def _kept(self) -> Any:
        return self.store.path.with_name("world.sqlite3")


def rule_method(rule: Rule) -> str:
    return "GET" if "GET" in (rule.methods or ()) else sorted((rule.methods or set()) & UNSAFE)[0]


def build_world(app: Flask, store: SqliteStore) -> World:
    """Make everybody and everything, sign everybody in, and remember this state."""
    world = World(app, store)
    with app.app_context():
        session = db.session()
        people = _people(session)
        world.actors = {who: person.id for who, person in people.items()}
        _records(session, world, people)
        emails = {who: person.email for who, person in people.items()}
        db.session.remove()
    for who in Who:
        world.browsers[who] = signed_in(app, emails.get(who))
    with app.app_context():
        held = db.session.scalars(select(UserSession).where(UserSession.user_id == world.actors[Who.PERSON])).all()
        world.records["session"] = {"open": {"session_id": held[0].id}}
    world.remember()
    return world


def signed_in(app: Flask, email: str | None) -> Browser:
    """A browser of this person; of a visitor for None."""
    visitor = Visitor(app)
    before = csrf_token(visitor.page("security.login")) if email else "x" * 80
    page = visitor.sign_in(email).page("account.names") if email else visitor.page("security.login")
    cookie = "; ".join(f"{item.key}={item.value}" for item in visitor.client._cookies.values())  # type: ignore[union-attr]
    return Browser(app, cookie, csrf_token(page), before)


def _people(session: Session) -> dict[Who, User]:
    host_hr = build.hr(session, country=Country.KR)
    home_hr = build.hr(session, country=Country.GB)
    assert home_hr.organisation is not None
    person = build.civil_servant(session, organisation=home_hr.organisation)
    return {
        Who.MEMBER: build.user(session),
        Who.PERSON: person,
        Who.CIVIL_SERVANT: build.civil_servant(session),
        Who.HOST_HR: host_hr,
        Who.HOME_HR: home_hr,
        Who.OTHER_HR: build.hr(session),
        Who.TRANSLATOR: build.translator(session),
        Who.HOME_ADMINISTRATOR: build.administrator(session, country=Country.GB),
        Who.HOST_ADMINISTRATOR: build.administrator(session, country=Country.KR),
    }


Maker = Callable[[Session, World, dict[Who, User]], None]
MAKERS: list[Maker] = []
"""Features add the records that their routes name."""


def _records(session: Session, world: World, people: dict[Who, User]) -> None:
    for make in (_posts, _pairings, _own, _organisations, _settings, *MAKERS):
        make(session, world, people)


POST_STATES = (
    OpportunityStatus.DRAFT,
    OpportunityStatus.SUBMITTED,
    OpportunityStatus.PUBLISHED,
    OpportunityStatus.CLOSED,
    OpportunityStatus.CANCELLED,
)


def _posts(session: Session, world: World, people: dict[Who, User]) -> None:
    world.records["post"] = {}
    for status in POST_STATES:
        row = build_opportunities.opportunity(session, author=people[Who.HOST_HR], status=status)
        world.records["post"][status.value] = {
            "opportunity_id": row.id,
            "line_id": row.cost_lines[0].id,
            "owner_id": row.id,
            "kind": "post",
            "target": "ko",
        }
    posts = world.records["post"]
    world.records["post_text"] = {"published": posts["published"]}
    world.records["open_post"] = {state: posts[state] for state in ("published", "closed", "draft")}


def _pairings(session: Session, world: World, people: dict[Who, User]) -> None:
    """One pairing of the person in each state, each with a post of its own."""
    mine = build_decisions.profile(session, people[Who.PERSON])
    build_decisions.profile(session, people[Who.CIVIL_SERVANT])
    states: dict[str, Callable[[Case], Any]] = {
        "suggested": lambda one: None,
        "approved": Case.approved,
        "accepted": Case.accepted,
        "ready": Case.ready,
        "not_put_forward": lambda one: one.decide(Decider.REVIEWER, Answer.NO),
        "declined": lambda one: one.approved().decide(Decider.PERSON, Answer.NO),
    }
    made: dict[str, Ids] = {}
    for state, reach in states.items():
        post = build_decisions.post(session, host=people[Who.HOST_HR].organisation)
        pairing = build_decisions.suggest(session, mine, session.get_one(Opportunity, post.id))
        one = Case(
            session=session,
            suggestion_id=pairing.id,
            reviewer=people[Who.HOME_ADMINISTRATOR],
            partner=people[Who.HOST_ADMINISTRATOR],
            person=people[Who.PERSON],
            host_hr=people[Who.HOST_HR],
            home_hr=people[Who.HOME_HR],
        )
        reach(one)
        made[state] = {"suggestion_id": pairing.id, "run_id": pairing.run_id, "opportunity_id": post.id}
        if state == "accepted":
            for side in Side:
                step = next((row for row in one.steps(side) if row.step.holder == "line_manager"), one.steps(side)[0])
                world.records[f"{side.value}_step"] = {"accepted": {"approval_id": step.id}}
    world.records["pairing"] = made
    waiting = made["suggested"]["opportunity_id"]
    shortlist = shortlists.start(session, actor=people[Who.HOME_ADMINISTRATOR], opportunity_id=waiting)
    assert shortlist is not None
    world.records["reviewed_post"] = {"open": {"opportunity_id": waiting}}
    world.records["shortlist"] = {"open": {"shortlist_id": shortlist.id, "card_id": shortlist.cards[0].id}}
    world.records["run"] = {"done": {"run_id": made["suggested"]["run_id"]}}
    world.records["profile"] = {"active": {"profile_id": mine.id}}


def _own(session: Session, world: World, people: dict[Who, User]) -> None:
    with transaction(session):
        notice = Notification(
            id=uuid4(), user_id=people[Who.PERSON].id, kind="role_granted", params={}, endpoint="public.home"
        )
        session.add(notice)
    world.records["notice"] = {"unread": {"notification_id": notice.id}}


def _settings(session: Session, world: World, people: dict[Who, User]) -> None:
    """A change of the matcher's settings that waits for an answer."""
    row = settings_change.propose(
        session, actor=people[Who.HOME_ADMINISTRATOR], values={"per_post": 4}, note="Shorter lists"
    )
    world.records["settings"] = {"proposed": {"settings_id": row.id}}


def _organisations(session: Session, world: World, people: dict[Who, User]) -> None:
    home = people[Who.HOME_HR].organisation
    assert home is not None
    asked = build.user(session, organisation=home, works_here=ConfirmationStatus.PENDING)
    question = session.scalars(select(WorksHere.id).where(WorksHere.user_id == asked.id)).one()
    grant = session.scalars(
        select(RoleGrant.id).where(RoleGrant.user_id == people[Who.PERSON].id, RoleGrant.role == RoleName.CIVIL_SERVANT)
    ).one()
    world.records["question"] = {"waiting": {"question_id": question}}
    world.records["account"] = {"active": {"user_id": people[Who.PERSON].id, "grant_id": grant}}
    world.records["organisation"] = {"active": {"organisation_id": home.id, "domain_id": home.domains[0].id}}
