"""`flask transparency`: what the record lacks, the record itself, and entering what only the governments know."""

from __future__ import annotations

import json

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import select

from models import User
from talent.errors import DomainError, Invalid
from talent.extensions import db
from talent.insights import services
from talent.insights.record import build_record, missing_facts

transparency = AppGroup("transparency", help="The transparency record.")


@transparency.command("check")
def check() -> None:
    """Name every mandatory fact that is still missing; the exit status is 1 while there is one."""
    lacking = missing_facts(db.session())
    for fact in lacking:
        click.echo(f"missing: {fact.label}")
    if lacking:
        raise click.exceptions.Exit(1)
    click.echo("The transparency record is complete.")


@transparency.command("show")
def show() -> None:
    """Print the record as /transparency/atrs.json gives it."""
    click.echo(json.dumps(build_record(db.session(), current_app.config["BASE_URL"]), ensure_ascii=False, indent=2))


@transparency.command("enter")
@click.argument("code")
@click.option("--country", type=click.Choice(["GB", "KR"]), help="Leave out for a fact of both countries.")
@click.option("--en", required=True, help="The value in English.")
@click.option("--ko", required=True, help="The value in Korean.")
@click.option("--source", required=True, help="The letter or decision it rests on, with its date.")
@click.option("--administrator", required=True, metavar="EMAIL", help="Who enters it.")
def enter(code: str, country: str | None, en: str, ko: str, source: str, administrator: str) -> None:
    """Enter one fact, from today on: CODE is a name that `check` gives."""
    actor = db.session.scalar(select(User).where(User.email == administrator))
    if actor is None:
        raise click.ClickException("no such administrator")
    try:
        services.enter_fact(db.session(), actor, code, country or "", value_en=en, value_ko=ko, source=source)
    except DomainError as problem:
        said = problem.fields if isinstance(problem, Invalid) and problem.fields else {"": problem.message}
        raise click.ClickException("; ".join(str(text) or type(problem).__name__ for text in said.values())) from None
    click.echo("Entered.")
