"""Commands for what people ask about their data, and for letting go of what is past its time."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from models import User
from models.types import Language
from talent.auth import queries as accounts
from talent.errors import DomainError
from talent.extensions import db
from talent.framework.dated import rule_number
from talent.privacy import erasure, export, retention, traces

sar = AppGroup("sar", help="Requests of people for the data held about them.")
keeping = AppGroup("retention", help="How long things are kept.")


@sar.command("export")
@click.argument("email")
@click.option(
    "--out", "folder", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder to write."
)
@click.option(
    "--language",
    type=click.Choice([language.value for language in Language]),
    help="Of the readable page; the person's own language when not given.",
)
def export_data(email: str, folder: Path, language: str | None) -> None:
    """Write everything held about a person: JSON, and a page to read. That it was done is recorded."""
    session, user = db.session(), _account(email)
    folder.mkdir(parents=True, exist_ok=True)
    chosen = Language(language) if language else user.language
    for made in (
        export.export_json(session, actor=None, user=user),
        export.export_page(session, actor=None, user=user, language=chosen),
    ):
        path = folder / made.name
        path.touch(mode=0o600)
        path.write_bytes(made.content)
        click.echo(str(path))
    most, aim = (rule_number(session, code) for code in ("data_request_days", "data_request_aim_days"))
    click.echo(f"Hand it over within {most} days of the request at most; the aim is {aim}.", err=True)


@click.command("erase")
@click.argument("email")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(email: str, yes: bool) -> None:
    """Delete a person's account and everything held about them. It cannot be undone."""
    session, user = db.session(), _account(email)
    if not yes:
        click.confirm(f"Delete {email} for good?", abort=True)
    try:
        done = erasure.erase_account(session, actor=None, user_id=user.id, cause="command")
    except DomainError as refused:
        raise click.ClickException(str(refused.message) or "not found") from refused
    receipt = done.receipt
    click.echo(f"receipt {receipt.id}\npseudonym {receipt.pseudonym}")
    for kind, number in sorted(receipt.erased.items()):
        click.echo(f"{kind}\t{number}")
    traces.run_now(session, traces.ERASE_TRACES)


@keeping.command("run")
@click.option("--dry-run", is_flag=True, help="List what is past its time and change nothing.")
def run_retention(dry_run: bool) -> None:
    """Let go of everything that is past its time; one line a row: kind and id."""
    session = db.session()
    rows = retention.due(session) if dry_run else retention.run(session)
    for row in rows:
        click.echo(f"{row.kind}\t{row.key}")
    click.echo(f"{len(rows)} {'past their time' if dry_run else 'gone'}", err=True)


def _account(email: str) -> User:
    user = accounts.user_by_address(db.session(), email)
    if user is None:
        raise click.ClickException(f"no account with the address {email}")
    return user
