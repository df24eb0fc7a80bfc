"""What each database role may do on PostgreSQL: one owns the tables, one serves the pages, one reads for the matcher.

The owner migrates. The web role reads and writes rows, but cannot change or delete an audit entry and makes no table.
The matcher's role reads what matching is allowed to see, and nothing else (docs/decisions/0015-evidence.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url

from models import (
    AuditEntry,
    AuditHead,
    Base,
    Decision,
    Grade,
    JobRole,
    LanguageTestBand,
    LawfulBasis,
    MatchSuggestion,
    Objection,
    Opportunity,
    OpportunitySkill,
    OpportunityText,
    Organisation,
    Profile,
    ProfileBasis,
    ProfileLanguage,
    ProfileSkill,
    ProfileText,
    Reason,
    RecordMeaning,
    ReferenceFile,
    RoleFamily,
    RoleLevel,
    Skill,
    SkillAlias,
    SpokenLanguage,
    User,
)
from models.dated import AccessLevel

ROLE_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
MATCHER_READS: tuple[type[Base], ...] = (
    AccessLevel,
    Decision,
    Grade,
    JobRole,
    LanguageTestBand,
    LawfulBasis,
    MatchSuggestion,
    Objection,
    Opportunity,
    OpportunitySkill,
    OpportunityText,
    Organisation,
    Profile,
    ProfileBasis,
    ProfileLanguage,
    ProfileSkill,
    ProfileText,
    Reason,
    RecordMeaning,
    ReferenceFile,
    RoleFamily,
    RoleLevel,
    Skill,
    SkillAlias,
    SpokenLanguage,
)
MATCHER_READS_OF_PEOPLE = ("id", "organisation_id", "name_home", "name_romanised", "former_names")
"""Names are taken out of a person's own words before the matcher sees them, and for nothing else."""
WEB_RIGHTS = {AuditEntry.__tablename__: "SELECT, INSERT", AuditHead.__tablename__: "SELECT, UPDATE"}
ALL_RIGHTS = "SELECT, INSERT, UPDATE, DELETE"


def role_of(url: str) -> str | None:
    """The role that a database address signs in as."""
    return make_url(url).username


def grant_rights(connection: Connection, *, web: str, matcher: str | None) -> None:
    """Give the roles what they need and take away what they have beyond it. Run as the owner of the tables.

    Raises ValueError when a name is none, or when there is no such role.
    """
    for name in filter(None, (web, matcher)):
        if not ROLE_NAME.fullmatch(name):
            raise ValueError(f"{name} is no name of a role: small letters, digits and _")
        if connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": name}) is None:
            raise ValueError(f"there is no database role {name}: make it first (CREATE ROLE {name} LOGIN)")
    owner = connection.scalar(text("SELECT current_user"))
    if owner in (web, matcher):
        raise ValueError(f"{owner} owns the tables: the web and matcher roles must be others")
    for statement in [*_for_web(connection, web), *(_for_matcher(web, matcher) if matcher else ())]:
        connection.execute(text(statement))


def _for_web(connection: Connection, role: str) -> Iterator[str]:
    yield "REVOKE CREATE ON SCHEMA public FROM PUBLIC"
    yield from _nothing(role)
    yield f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}"
    for table in Base.metadata.tables:
        yield f'GRANT {WEB_RIGHTS.get(table, ALL_RIGHTS)} ON "{table}" TO {role}'
    yield f"GRANT SELECT ON alembic_version TO {role}"
    queue = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE 'huey\\_%'"
    for table in connection.scalars(text(queue)).all():
        yield f'GRANT {ALL_RIGHTS} ON "{table}" TO {role}'


def _for_matcher(web: str, role: str) -> Iterator[str]:
    yield from _nothing(role)
    for table in _tables(MATCHER_READS):
        yield f'GRANT SELECT ON "{table}" TO {role}'
    yield f'GRANT SELECT ({", ".join(MATCHER_READS_OF_PEOPLE)}) ON "{User.__tablename__}" TO {role}'
    yield f"GRANT {role} TO {web}"  # so that a run can step down to it while it reads


def _nothing(role: str) -> Iterator[str]:
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}"
    yield f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {role}"
    yield f"REVOKE CREATE ON SCHEMA public FROM {role}"
    yield f"GRANT USAGE ON SCHEMA public TO {role}"


def _tables(models: Iterable[type[Base]]) -> list[str]:
    return [model.__tablename__ for model in models]
