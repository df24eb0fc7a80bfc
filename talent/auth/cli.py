"""Commands about people and their roles."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup

from models.types import Country, Language, NameOrder, RoleName
from talent.auth import queries, roles, sample_accounts, second_factor_services, services
from talent.auth.registration import Names
from talent.auth.roles import RoleScope
from talent.auth.route_table import route_table
from talent.errors import DomainError, Invalid
from talent.extensions import db

people = AppGroup("people", help="Accounts and roles.")
authz = AppGroup("authz", help="Who may use which page.")


def _plainly(command: Callable[..., None]) -> Callable[..., None]:
    """Say what a service refuses in one line, without a traceback."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except Invalid as error:
            raise click.ClickException("; ".join(str(text) for text in error.fields.values())) from error
        except DomainError as error:
            raise click.ClickException(str(error.message) or "not found") from error

    return run


def _scope(role: str, organisation: str | None, country: str | None) -> RoleScope:
    return RoleScope(RoleName(role), organisation, Country(country) if country else None)


_SCOPE_OPTIONS = (
    click.argument("email"),
    click.argument("role", type=click.Choice([role.value for role in RoleName])),
    click.option("--organisation", metavar="ID", help="For hr: the organisation."),
    click.option("--country", type=click.Choice([country.value for country in Country]), help="For administrator."),
)


def _with_scope(command: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(_SCOPE_OPTIONS):
        command = option(command)
    return command


@people.command("grant")
@_with_scope
@_plainly
def grant(email: str, role: str, organisation: str | None, country: str | None) -> None:
    """Give a person a role, as for the first administrator of a country."""
    person = _known(email)
    roles.grant_role(db.session(), actor=None, user_id=person, scope=_scope(role, organisation, country))
    click.echo(f"{email}: {role}")


@people.command("revoke")
@_with_scope
@_plainly
def revoke(email: str, role: str, organisation: str | None, country: str | None) -> None:
    """End a role of a person."""
    person = _known(email)
    roles.revoke_role(db.session(), actor=None, user_id=person, scope=_scope(role, organisation, country))
    click.echo(f"{email}: no longer {role}")


@people.command("list-roles")
@click.argument("email")
@_plainly
def list_roles(email: str) -> None:
    """Print the roles a person holds, one a line: role, scope, since when."""
    session = db.session()
    person = queries.user_by_address(session, email)
    for held in person.grants if person else ():
        if held.in_force:
            scope = held.organisation_id or (held.country.value if held.country else "-")
            click.echo(f"{held.role.value}\t{scope}\t{held.granted_at:%Y-%m-%d}")
    if person is None:
        raise click.ClickException(f"no account with the address {email}")


@people.command("create")
@click.argument("email")
@click.option("--organisation", metavar="ID", required=True)
@click.option("--name-home", required=True, help="As written at home.")
@click.option("--name-romanised", required=True, help="As in the passport.")
@click.option("--family-name-first", is_flag=True)
@click.option("--language", type=click.Choice([item.value for item in Language]), default="en", show_default=True)
@_plainly
def create(
    email: str, organisation: str, name_home: str, name_romanised: str, family_name_first: bool, language: str
) -> None:
    """Make a confirmed account without a password, before any mail domain is known.

    Its owner chooses a password through “Forgotten your password?” on the sign-in page.
    """
    session = db.session()
    order = NameOrder.FAMILY_FIRST if family_name_first else NameOrder.GIVEN_FIRST
    names = Names(name_home, name_romanised, order, "")
    services.open_account(session, email=email, organisation_id=organisation, names=names, language=Language(language))
    click.echo(f"{email}: choose a password at {current_app.config['BASE_URL']}/reset-password")


@people.command("reset-factor")
@click.argument("email")
@_plainly
def reset_factor(email: str) -> None:
    """Take away a person's second factor, when no administrator of their country can. They set up a new one.

    Make sure first that it is the person who asks.
    """
    second_factor_services.reset_factor(db.session(), actor=None, user_id=_known(email))
    click.echo(f"{email}: no second factor; the next sign-in asks HR staff and administrators to set one up")


@people.command("code")
@click.argument("email")
@_plainly
def code(email: str) -> None:
    """Print the present authenticator code of a sample person. Never for a real one."""
    person = queries.user_by_address(db.session(), email)
    if person is None:
        raise click.ClickException(f"no account with the address {email}")
    click.echo(sample_accounts.code_now(current_app.config["SETTINGS"], person))


@authz.command("dump")
def dump() -> None:
    """Print every route, one a line, with its policy and what it answers to whom, as JSON.

    Kept in tests/architecture/routes.json.
    """
    lines = [json.dumps(row, ensure_ascii=False) for row in route_table(current_app)]
    click.echo("[\n" + ",\n".join(lines) + "\n]")


def _known(email: str) -> Any:
    person = queries.user_by_address(db.session(), email)
    if person is None:
        raise click.ClickException(f"no account with the address {email}")
    return person.id
