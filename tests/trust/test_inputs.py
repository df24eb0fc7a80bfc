"""What is sent in: only what a form asks for counts (R4), no parameter reaches a statement as text (R10), and what the
matcher may not know changes nothing (M2)."""

from __future__ import annotations

import ast
import logging
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from ml.schema import ProfileRecord
from models import MonitoringAnswer, Opportunity, Profile, User, UserSession, utc_now
from models.types import Answer, Country, Decider, Language, NameOrder, OpportunityStatus
from talent.auth import services as accounts
from talent.auth.registration import Names
from talent.config import ROOT
from talent.db import transaction
from talent.matching import engine, queries_inputs
from talent.matching.adapter import opportunity_record, profile_record
from talent.matching.settings import RunSettings
from tests.architecture.source import modules
from tests.integration.access.tables import fingerprints
from tests.integration.access.test_csrf import KEPT_BY_READING
from tests.integration.access.test_made_up_fields import MADE_UP, send
from tests.support import build, build_decisions, build_matching
from tests.support.build_decisions import Case
from tests.support.page import Visitor

# R4


def test_r4_made_up_fields_are_ignored_and_logged_by_name(
    session: Session, app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    person = build.civil_servant(session)
    mine = Visitor(app).sign_in(person)
    before = _account(session, person)
    with caplog.at_level(logging.WARNING):
        sent = send(
            mine.page("account.names"),
            "name_home",
            name_home="Sorrel Example",
            name_romanised="Sorrel Example",
            secret_canary_field="canary-words",
        )
    assert sent.status_code == 302
    after = _account(session, person)
    assert after.pop("name_home") == "Sorrel Example"
    before.pop("name_home")
    assert after == before
    told = "\n".join(record.getMessage() for record in caplog.records)
    assert "fields that nothing asks for" in told
    assert "organisation_id" in told
    assert "secret_canary_field" in told
    assert "canary-words" not in told
    assert MADE_UP["author_id"] not in told


def test_r4_a_form_with_its_own_fields_alone_logs_nothing(
    session: Session, app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    mine = Visitor(app).sign_in(build.civil_servant(session))
    with caplog.at_level(logging.WARNING):
        for endpoint in ("account.names", "profiles.about_you", "profiles.experience", "profiles.what_you_look_for"):
            mine.page(endpoint).submit()
    assert not [record for record in caplog.records if "fields that nothing asks for" in record.getMessage()]


def _account(session: Session, person: User) -> dict[str, Any]:
    session.rollback()
    row = session.get_one(User, person.id)
    session.refresh(row)
    found = {name: getattr(row, name) for name in ("name_home", "organisation_id", "active", "confirmed_at", "email")}
    return {**found, "grants": [(grant.role, grant.organisation_id) for grant in row.grants]}


# R10

INJECTIONS = (
    "' OR '1'='1",
    "1; DROP TABLE user;--",
    '" OR ""="',
    "') UNION SELECT password FROM user--",
    "1 AND (SELECT COUNT(*) FROM user, user u2, user u3)",
    "'; WAITFOR DELAY '0:0:30'--",
    "name_en DESC; SELECT pg_sleep(30)",
    "%' ESCAPE '!' OR 1=1--",
    "../../../etc/passwd",
    "${7*7}{{7*7}}",
)
LONGEST = 25.0
"""Seconds: a sleeping statement takes 30, a busy machine less."""


def parameters() -> set[str]:
    """Every name that some view reads from an address."""
    found: set[str] = set()
    for path in modules().values():
        text = path.read_text(encoding="utf-8")
        found |= set(re.findall(r'request\.args(?:\.get(?:list)?\(|\[)\s*"([\w-]+)"', text))
        for names in re.findall(r"request\.args\.get\(name, \"\"\) for name in \(([^)]*)\)", text):
            found |= set(re.findall(r'"([\w-]+)"', names))
        if path.stem.endswith("forms"):  # some forms are filled from the address
            found |= set(re.findall(r"^    (\w+) = [A-Z]\w+\(", text, re.MULTILINE))
    return found


@pytest.mark.parametrize("role", ["administrator", "hr", "civil_servant"])
def test_r10_no_parameter_of_an_address_reaches_a_statement_as_text(session: Session, app: Flask, role: str) -> None:
    known, reader = parameters(), getattr(build, role)(session)
    assert {"q", "page", "status"} <= known
    visitor = Visitor(app).sign_in(reader)
    lists = [rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and not rule.arguments]
    opened = [address for address in lists if visitor.client.get(address).status_code == 200]
    before, wrong = fingerprints(app), []
    for number, address in enumerate(opened):
        for text in (INJECTIONS[number % len(INJECTIONS)], INJECTIONS[(number + 3) % len(INJECTIONS)]):
            begin = time.monotonic()
            status = visitor.client.get(address, query_string=dict.fromkeys(known, text)).status_code
            if status not in (200, 302, 400, 404) or time.monotonic() - begin > LONGEST:
                wrong.append(f"{address} with {text!r}: {status}")
    assert len(opened) > 10
    assert not wrong, "\n".join(wrong)
    after = fingerprints(app)
    assert [name for name in after if before[name] != after[name] and name not in KEPT_BY_READING] == []


@pytest.mark.parametrize("name", ["endpoint", "_external", "_scheme", "_anchor", "_method", "values"])
def test_r10_an_argument_cannot_steer_where_a_page_leads(session: Session, app: Flask, name: str) -> None:
    visitor = Visitor(app).sign_in(build.hr(session))
    page = visitor.get("/matching/put-forward", query={"page": ["999"], name: ["javascript"]})
    assert page.status_code == 302
    assert page.location.startswith("/matching/put-forward?")


def test_r10_a_search_for_everything_finds_no_more_than_its_words(session: Session, app: Flask) -> None:
    administrator = build.administrator(session)
    for number in range(3):
        build.user(session, organisation=administrator.organisation, name_romanised=f"Findable Person{number}")
    visitor = Visitor(app).sign_in(administrator)

    def found(text: str) -> int:
        return visitor.get("/organisations/people", query={"q": [text]}).html.count("Findable Person")

    assert found("Findable") == 3
    assert [found(text) for text in INJECTIONS] == [0] * len(INJECTIONS)
    assert found("%") == found("_______") == 0


def test_r10_no_statement_is_put_together_from_text() -> None:
    """SQL as text takes its values bound: no f-string, no `%`, no `+`, no `format` makes one."""
    wrong = [
        f"{name}:{call.lineno}"
        for name, path in modules().items()
        if name not in DEFINITIONS
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and _takes_sql(call) and call.args and not _is_plain(call.args[0])
    ]
    assert not wrong, wrong
    assert '"S"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")  # S608 among them


DEFINITIONS = {"models.people": "conditions of indexes, which are part of the tables' definition"}


def _takes_sql(call: ast.Call) -> bool:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    return name in ("text", "exec_driver_sql", "executescript")


def _is_plain(argument: ast.expr) -> bool:
    """A literal, or a name or choice between literals; never something put together."""
    if isinstance(argument, ast.IfExp):
        return _is_plain(argument.body) and _is_plain(argument.orelse)
    return isinstance(argument, ast.Constant | ast.Name | ast.Attribute)


# M2

Flip = Callable[[Session, Profile, User], None]


def _user(**values: Any) -> Flip:
    def flip(_session: Session, _profile: Profile, owner: User) -> None:
        for name, value in values.items():
            setattr(owner, name, value)

    return flip


def _profile(**values: Any) -> Flip:
    def flip(_session: Session, profile: Profile, _owner: User) -> None:
        for name, value in values.items():
            setattr(profile, name, value)

    return flip


def _signed_in_often(session: Session, _profile: Profile, owner: User) -> None:
    session.add_all(UserSession(key_hash=uuid4().hex, user_id=owner.id) for _number in range(5))


def _texts_said_to_be_korean(_session: Session, profile: Profile, _owner: User) -> None:
    for row in profile.texts:
        row.lang = Language.KO


def _texts_written_by_others(_session: Session, profile: Profile, _owner: User) -> None:
    for row in profile.texts:
        row.created_at = row.updated_at = datetime(2001, 1, 1, tzinfo=UTC)


DENIED: dict[str, Flip] = {
    "names": _user(name_home="한빛나", name_romanised="Bitna Han"),
    "form of address": _user(form_of_address="Sir"),
    "e-mail": _user(email="somebody.else@elsewhere.example"),
    "language of the account": _user(language=Language.KO),
    "order of names": _user(name_order=NameOrder.FAMILY_FIRST),
    "age of the account": _user(created_at=datetime(2001, 1, 1, tzinfo=UTC)),
    "passkeys and second factor": _user(tf_primary_method="authenticator"),
    "sample account": _user(sample=True),
    "organisation": _user(),
    "region of origin": _profile(region_code="UK-TLI"),
    "job series": _profile(job_series="행정"),
    "role level started from": _profile(role_level_id=None, steps_saved=["skills", "languages", "taking_part"]),
    "time of import and source": _profile(import_source="file", external_id="row-9", claimed_at=utc_now()),
    "times of submission": _profile(
        created_at=datetime(2001, 1, 1, tzinfo=UTC),
        activated_at=datetime(2001, 1, 2, tzinfo=UTC),
        confirmed_current_at=utc_now() - timedelta(days=300),
    ),
    "sign-ins": _signed_in_often,
    "declared language of a text": _texts_said_to_be_korean,
    "times of a text": _texts_written_by_others,
}
"""What is not skills, experience, required languages or dates; each is flipped for one person."""


class Ranked:
    """A pool of people and two posts, as the real adapter and matcher see them."""

    def __init__(self, session: Session, *, says_name: bool = True) -> None:
        self.session, self.says_name = session, says_name
        owner = build.civil_servant(session, name_home="Rosalind Pellow", name_romanised="Rosalind Pellow")
        self.own = self._written(owner, "Rosalind Pellow").id
        for number in range(4):
            other = build.civil_servant(session)
            build_matching.profile(session, person=other, skills={"data-modelling": 1 + number % 3})
        self.posts = [build_matching.opportunity(session).id, build_matching.opportunity(session, title="Data lead").id]

    def _written(self, owner: User, name: str) -> Profile:
        text = f"I am {name}. {build_matching.ENGLISH}" if self.says_name else build_matching.ENGLISH
        return build_matching.profile(self.session, person=owner, text=text)

    def results(self) -> dict[str, Any]:
        """Score and rank of the first person for each post, and the very record that was read."""
        session = self.session
        session.expire_all()
        facts = queries_inputs.facts(session, datetime(2026, 11, 23, tzinfo=UTC))
        people = [profile_record(row, facts) for row in queries_inputs.active_profiles(session)]
        posts = [opportunity_record(row, facts) for row in queries_inputs.published_posts(session)]
        matcher = engine.fit(session, RunSettings(), people, posts)
        found: dict[str, Any] = {}
        for post in self.posts:
            scores = {person.id: matcher.explain(person.id, str(post)).score for person in people}
            mine = scores[str(self.own)]
            found[str(post)] = (mine.hex(), sorted(scores.values(), reverse=True).index(mine))
        return found

    def flip(self, change: Flip) -> None:
        with transaction(self.session):
            profile = self.session.get_one(Profile, self.own)
            assert profile.user is not None
            change(self.session, profile, profile.user)


@pytest.mark.parametrize("attribute", list(DENIED))
def test_m2_flipping_what_is_denied_leaves_score_and_rank_bit_identical(session: Session, attribute: str) -> None:
    # Set by hand, without the service that keeps former names; changing names, and swapping one in the text, have tests
    # of their own.
    pool = Ranked(session, says_name=attribute != "names")
    before = pool.results()
    if attribute == "organisation":  # made before the change, in a transaction of its own
        place = build.organisation(session, country=Country.GB)
        pool.flip(lambda _session, profile, owner: _move(profile, owner, place.id))
    else:
        pool.flip(DENIED[attribute])
    assert pool.results() == before


def _move(profile: Profile, owner: User, organisation_id: str) -> None:
    owner.organisation_id = profile.organisation_id = organisation_id


def test_m2_swapping_the_name_inside_free_text_changes_nothing(session: Session) -> None:
    pool = Ranked(session)
    before = pool.results()

    def rename(_session: Session, profile: Profile, owner: User) -> None:
        for row in profile.texts:
            row.content = row.content.replace("Rosalind Pellow", "Adebayo Okonjo-Whitlock")
        owner.name_home = owner.name_romanised = "Adebayo Okonjo-Whitlock"

    pool.flip(rename)
    assert pool.results() == before


def test_m2_changing_names_with_the_old_one_left_in_the_text_changes_nothing(session: Session) -> None:
    pool = Ranked(session)
    before = pool.results()
    owner = session.get_one(Profile, pool.own).user
    assert owner is not None
    accounts.rename(session, actor=owner, names=Names("Ada Okonjo", "Ada Okonjo", NameOrder.GIVEN_FIRST, ""))
    assert pool.results() == before


def test_m2_past_refusals_change_nothing(session: Session) -> None:
    pool = Ranked(session)
    before = pool.results()
    mine = session.get_one(Profile, pool.own)
    post = build_decisions.post(session, country=Country.KR)
    refused = build_decisions.suggest(session, mine, session.get_one(Opportunity, post.id))
    reviewer = build.administrator(session)
    host = build.hr(session, organisation=post.organisation)
    one = Case(session, refused.id, reviewer, reviewer, session.get_one(User, mine.user_id), host, host)
    one.approved().decide(Decider.PERSON, Answer.NO)
    with transaction(session):
        session.get_one(
            Opportunity, post.id
        ).status = OpportunityStatus.CANCELLED  # out of the pool again; the refusal stays
    assert pool.results() == before


def test_m2_monitoring_answers_change_nothing_and_are_out_of_reach(session: Session) -> None:
    pool = Ranked(session)
    before = pool.results()
    assert not [
        name
        for name, path in modules().items()
        if name.startswith(("talent.matching", "ml")) and MonitoringAnswer.__name__ in path.read_text(encoding="utf-8")
    ]
    assert pool.results() == before


def test_m2_the_matcher_reads_these_fields_and_no_others() -> None:
    """The allow-list, said here a second time on purpose."""
    assert set(ProfileRecord.__dataclass_fields__) == {
        "id", "country", "skills", "texts", "languages", "kinds", "available_from", "available_to", "lengths",
        "working_patterns", "work_modes", "wished_regions", "role_families", "grade_order", "taking_part",
        "shown_abroad", "active",
    }  # fmt: skip
