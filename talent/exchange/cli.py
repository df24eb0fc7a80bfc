"""`flask import …`: posts and profiles from JSON lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import func, select

from models import ImportBatch, OutboxItem, Profile, User
from talent import outbox
from talent.errors import DomainError
from talent.exchange import completeness, queries, rows, services
from talent.extensions import db

importing = AppGroup("import", help="Posts and profiles from files with one JSON object a line.")


def _common(command: Any) -> Any:
    for option in (
        click.argument("file", type=click.File("rb")),
        click.option("--organisation", required=True, metavar="ID", help="The host (posts) or home (profiles)."),
        click.option("--as", "administrator", metavar="EMAIL", help="The administrator who answers for the import."),
    ):
        command = option(command)
    return command


@importing.command("opportunities")
@_common
@click.option("--status", type=click.Choice(["draft", "published"]), default="draft", show_default=True)
def opportunities(file: BinaryIO, organisation: str, administrator: str | None, status: str) -> None:
    """Import posts. FILE may be - for standard input. `published` posts await their translation."""
    _import("opportunities", file, organisation, administrator, status, "")


@importing.command("profiles")
@_common
@click.option("--status", type=click.Choice(["draft", "active"]), default="draft", show_default=True)
@click.option(
    "--basis-reference", default="", metavar="TEXT", help="Where the lawful basis collected elsewhere is kept."
)
def profiles(file: BinaryIO, organisation: str, administrator: str | None, status: str, basis_reference: str) -> None:
    """Import profiles without an owner. FILE may be - for standard input. `active` needs a basis reference."""
    _import("profiles", file, organisation, administrator, status, basis_reference)


@importing.command("claim-link")
@click.argument("external_id")
@click.option("--organisation", required=True, metavar="ID")
def claim_link(external_id: str, organisation: str) -> None:
    """Print a link with which the owner of an imported profile claims it. It works once."""
    session = db.session()
    profile_id = session.scalar(
        select(Profile.id).where(Profile.organisation_id == organisation, Profile.external_id == external_id)
    )
    if profile_id is None:
        raise click.ClickException(f"no imported profile {external_id} in {organisation}")
    try:
        token = services.claim_token(session, actor=None, profile_id=profile_id)
    except DomainError as error:
        raise click.ClickException(str(error.message)) from error
    click.echo(f"{current_app.config['BASE_URL']}/profile/claim/{token}")


def _import(
    kind: str, file: BinaryIO, organisation: str, administrator: str | None, status: str, basis_reference: str
) -> None:
    session = db.session()
    actor = _administrator(administrator)
    try:
        batch = services.start_import(
            session,
            actor=actor,
            kind=kind,
            organisation_id=organisation,
            lines=_lines(file),
            arrive_as=status,
            basis_reference=basis_reference,
        )
    except DomainError as error:
        raise click.ClickException(str(error.message)) from error
    batch_id = batch.id
    waiting = session.scalars(select(OutboxItem.id).where(OutboxItem.dedupe_key == f"import/{batch_id}")).all()
    for item_id in waiting:
        outbox.run_item(session, item_id)
    session.expire_all()
    _report(session.get_one(ImportBatch, batch_id))


def _administrator(email: str | None) -> User | None:
    if email is None:
        return None
    user = db.session().scalar(select(User).where(func.lower(User.email) == email.lower()))
    if user is None or not user.administered_countries:
        raise click.ClickException(f"{email} is not an administrator")
    return user


def _lines(file: BinaryIO) -> Iterator[str]:
    for raw in file:
        yield raw.decode("utf-8-sig", "surrogateescape").rstrip("\r\n")


def _report(batch: ImportBatch) -> None:
    """What became of each line: what is to complete on standard output, with the counts last."""
    for row in queries.all_rows(db.session(), batch.id):
        if row.outcome == "refused":
            reason = str(rows.REASONS[row.reason])
            click.echo(f"line {row.line}: refused: {reason % {'detail': row.detail} if '%' in reason else reason}")
        elif row.outcome == "created" and row.to_complete:
            lacking = ", ".join(str(completeness.TO_COMPLETE[code]) for code in row.to_complete)
            click.echo(f"line {row.line}: {row.external_id}: to complete: {lacking}")
    click.echo(f"{batch.created} created, {batch.unchanged} already there, {batch.refused} refused")
