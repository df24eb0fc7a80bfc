"""Commands about the database itself."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import AppGroup
from huey import PostgresHuey
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from talent.config import Settings
from talent.database_roles import grant_rights, role_of

database = AppGroup("database", help="The database and its roles.")


@database.command("grant")
@click.option("--web", metavar="ROLE", help="Serves the pages and runs the jobs; by default the role of DATABASE_URL.")
@click.option("--matcher", metavar="ROLE", help="Reads for the matcher; by default TALENT_MATCHER_ROLE.")
def grant(web: str | None, matcher: str | None) -> None:
    """Give the database roles their rights, after each migration (PostgreSQL, as TALENT_OWNER_DATABASE_URL)."""
    settings: Settings = current_app.config["SETTINGS"]
    if settings.uses_sqlite:
        raise click.ClickException("the embedded database has no roles; this is for PostgreSQL")
    role = web or role_of(settings.sqlalchemy_url)
    if not role:
        raise click.ClickException("name the role that serves the pages: --web ROLE")
    matcher = matcher or settings.matcher_role or None
    try:
        give_rights(settings, web=role, matcher=matcher)
    except (ValueError, DBAPIError) as error:
        raise click.ClickException(str(getattr(error, "orig", None) or error)) from error
    click.echo(f"{role} serves the pages" + (f", {matcher} reads for the matcher" if matcher else ""))


def give_rights(settings: Settings, *, web: str, matcher: str | None) -> None:
    """Make the job runner's tables and give the roles their rights, all as the owner.

    Raises ValueError when a role is missing, and what the database raises when the owner may not.
    """
    PostgresHuey("talent", results=False, dsn=settings.owner_url.replace("postgresql+psycopg://", "postgresql://"))
    with create_engine(settings.owner_url, poolclass=NullPool).begin() as connection:
        grant_rights(connection, web=web, matcher=matcher)
